#include "Internal.hpp"

#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"

#include <openjpeg-2.5/openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

using carina::refuse;

namespace {

/// A codestream in memory, read by OpenJPEG's callbacks.
struct Source {
    const std::vector<uint8_t> &bytes;
    size_t offset = 0;
};

OPJ_SIZE_T readSource(void *out, OPJ_SIZE_T wanted, void *context) {
    auto &source = *static_cast<Source *>(context);
    const size_t count = std::min(wanted, source.bytes.size() - source.offset);
    if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
    std::memcpy(out, source.bytes.data() + source.offset, count);
    source.offset += count;
    return count;
}

OPJ_OFF_T skipSource(OPJ_OFF_T wanted, void *context) {
    auto &source = *static_cast<Source *>(context);
    if (wanted < 0) return -1;
    const size_t left = source.bytes.size() - source.offset;
    if (static_cast<uint64_t>(wanted) > left) return -1;
    source.offset += static_cast<size_t>(wanted);
    return wanted;
}

OPJ_BOOL seekSource(OPJ_OFF_T offset, void *context) {
    auto &source = *static_cast<Source *>(context);
    if (offset < 0 || static_cast<uint64_t>(offset) > source.bytes.size()) return OPJ_FALSE;
    source.offset = static_cast<size_t>(offset);
    return OPJ_TRUE;
}

// OpenJPEG's streams and codecs are both `void *` to the compiler.
struct EndStream {
    void operator()(void *stream) const { opj_stream_destroy(static_cast<opj_stream_t *>(stream)); }
};

struct EndCodec {
    void operator()(void *codec) const { opj_destroy_codec(static_cast<opj_codec_t *>(codec)); }
};

struct EndImage {
    void operator()(opj_image_t *image) const { opj_image_destroy(image); }
};

/// All fragments but the first, which is the offset table: of one frame they make one codestream.
bool joinFragments(DcmPixelSequence &pixels, std::vector<uint8_t> &joined) {
    for (unsigned long index = 1; index < pixels.card(); index++) {
        DcmPixelItem *item = nullptr;
        Uint8 *bytes = nullptr;
        if (pixels.getItem(item, index).bad() || !item) return false;
        if (item->getLength() == 0) continue;
        if (item->getUint8Array(bytes).bad() || !bytes) return false;
        joined.insert(joined.end(), bytes, bytes + item->getLength());
    }
    return joined.size() > 12;
}

/// What the codestream's header claims must be what the DICOM header said, before anything of that size is
/// allocated.
const char *contradiction(const opj_image_t &image, unsigned rows, unsigned columns) {
    if (image.numcomps != 1) return "JPEG 2000 with several components";
    if (image.x1 < image.x0 || image.y1 < image.y0) return "JPEG 2000 bounds";
    if (image.x1 - image.x0 != columns || image.y1 - image.y0 != rows)
        return "JPEG 2000 size is not rows and columns";
    const opj_image_comp_t &component = image.comps[0];
    if (component.dx != 1 || component.dy != 1) return "JPEG 2000 with subsampling";
    if (component.prec < 1 || component.prec > 16) return "JPEG 2000 precision";
    return nullptr;
}

}  // namespace

carina_dicom_status carina::decodeJPEG2000(
    DcmPixelSequence &pixels, unsigned rows, unsigned columns, uint16_t *cells, carina_dicom_fault *fault) {
    std::vector<uint8_t> bytes;
    if (!joinFragments(pixels, bytes))
        return refuse(fault, CARINA_DICOM_DAMAGED, "JPEG 2000 without fragments");
    static const uint8_t boxed[4] = {0x00, 0x00, 0x00, 0x0C};
    const OPJ_CODEC_FORMAT format = std::memcmp(bytes.data(), boxed, 4) == 0 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K;

    Source source{bytes};
    std::unique_ptr<void, EndStream> streamOwner(opj_stream_create(1 << 16, OPJ_TRUE));
    std::unique_ptr<void, EndCodec> codecOwner(opj_create_decompress(format));
    auto *stream = static_cast<opj_stream_t *>(streamOwner.get());
    auto *codec = static_cast<opj_codec_t *>(codecOwner.get());
    if (!stream || !codec) return refuse(fault, CARINA_DICOM_NO_MEMORY, "out of memory");
    opj_stream_set_read_function(stream, readSource);
    opj_stream_set_skip_function(stream, skipSource);
    opj_stream_set_seek_function(stream, seekSource);
    opj_stream_set_user_data(stream, &source, nullptr);
    opj_stream_set_user_data_length(stream, bytes.size());

    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec, &parameters))
        return refuse(fault, CARINA_DICOM_FAILED, "OpenJPEG's parameters");
    // A truncated codestream would otherwise decode to a plausible half of a picture.
    opj_decoder_set_strict_mode(codec, OPJ_TRUE);

    opj_image_t *raw = nullptr;
    const bool hasHeader = opj_read_header(stream, codec, &raw);
    std::unique_ptr<opj_image_t, EndImage> image(raw);
    if (!hasHeader || !image) return refuse(fault, CARINA_DICOM_DAMAGED, "JPEG 2000 header");
    if (const char *text = contradiction(*image, rows, columns))
        return refuse(fault, CARINA_DICOM_DAMAGED, text);
    if (!opj_decode(codec, stream, image.get()))
        return refuse(fault, CARINA_DICOM_DAMAGED, "JPEG 2000 data");

    const opj_image_comp_t &component = image->comps[0];
    if (!component.data || component.w != columns || component.h != rows)
        return refuse(fault, CARINA_DICOM_DAMAGED, "JPEG 2000 data");
    // The bits as stored: whether they mean a negative number is DICOM's Pixel Representation to say, not the
    // codestream's, and writers are known to let the two differ.
    const size_t count = size_t(rows) * columns;
    for (size_t i = 0; i < count; i++) cells[i] = static_cast<uint16_t>(component.data[i]);
    return CARINA_DICOM_OK;
}
