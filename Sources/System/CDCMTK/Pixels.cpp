#include "Internal.hpp"

#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcstack.h"

#include <cstring>

using carina::guarded;
using carina::refuse;

namespace {

struct Geometry {
    Uint16 rows = 0, columns = 0, samples = 1, bitsAllocated = 0;
    Sint32 frames = 1;

    explicit Geometry(DcmDataset &dataset) {
        dataset.findAndGetUint16(DCM_Rows, rows);
        dataset.findAndGetUint16(DCM_Columns, columns);
        dataset.findAndGetUint16(DCM_SamplesPerPixel, samples);
        dataset.findAndGetUint16(DCM_BitsAllocated, bitsAllocated);
        dataset.findAndGetSint32(DCM_NumberOfFrames, frames);
    }
};

bool isJPEG2000(E_TransferSyntax syntax) {
    return syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly;
}

/// The bytes of uncompressed pixel data in this machine's order, whichever VR holds them.
const uint8_t *nativeBytes(DcmPixelData &pixels) {
    Uint16 *words = nullptr;
    if (pixels.getUint16Array(words).good() && words) return reinterpret_cast<const uint8_t *>(words);
    Uint8 *bytes = nullptr;
    if (pixels.getUint8Array(bytes).good() && bytes) return bytes;
    return nullptr;
}

}  // namespace

extern "C" carina_dicom_status carina_dicom_cells(
    carina_dicom_object *object, uint16_t *cells, size_t count, carina_dicom_fault *fault) {
    return guarded(fault, [&]() -> carina_dicom_status {
        DcmDataset &dataset = *object->file.getDataset();
        const Geometry before(dataset);
        if (count > carina::pixelsMaximum) return refuse(fault, CARINA_DICOM_TOO_LARGE, "pixels");
        if (count == 0 || size_t(before.rows) * before.columns != count)
            return refuse(fault, CARINA_DICOM_DAMAGED, "rows and columns");
        if (before.samples != 1 || before.frames > 1)
            return refuse(fault, CARINA_DICOM_UNSUPPORTED, "several samples or frames");
        if (before.bitsAllocated != 8 && before.bitsAllocated != 16)
            return refuse(fault, CARINA_DICOM_UNSUPPORTED, "bits allocated");

        DcmElement *element = nullptr;
        if (dataset.findAndGetElement(DCM_PixelData, element).bad() || !element)
            return refuse(fault, CARINA_DICOM_DAMAGED, "no pixel data");
        auto *pixels = dynamic_cast<DcmPixelData *>(element);
        if (!pixels) return refuse(fault, CARINA_DICOM_DAMAGED, "pixel data of a wrong kind");

        E_TransferSyntax syntax = EXS_Unknown;
        const DcmRepresentationParameter *parameter = nullptr;
        pixels->getOriginalRepresentationKey(syntax, parameter);
        if (isJPEG2000(syntax)) {
            DcmPixelSequence *fragments = nullptr;
            if (pixels->getEncapsulatedRepresentation(syntax, parameter, fragments).bad() || !fragments)
                return refuse(fault, CARINA_DICOM_DAMAGED, "no fragments");
            return carina::decodeJPEG2000(*fragments, before.rows, before.columns, cells, fault);
        }

        // Only the image's own pixels are decoded: a broken icon beside them would fail the whole data set.
        DcmStack stack;
        stack.push(&dataset);
        stack.push(pixels);
        const OFCondition decoded = pixels->chooseRepresentation(EXS_LittleEndianExplicit, nullptr, stack);
        if (decoded == EC_CannotChangeRepresentation || decoded == EC_UnsupportedEncoding)
            return refuse(fault, CARINA_DICOM_UNSUPPORTED, "no decoder for this transfer syntax");
        if (decoded == EC_MemoryExhausted) return refuse(fault, CARINA_DICOM_NO_MEMORY, "out of memory");
        if (decoded.bad()) return refuse(fault, CARINA_DICOM_DAMAGED, decoded.text());

        // JPEG decoders may narrow 16 bits to 8.
        const Geometry after(dataset);
        const size_t cellBytes = after.bitsAllocated == 8 ? 1 : 2;
        const uint8_t *bytes = nativeBytes(*pixels);
        if (!bytes || pixels->getLength() < count * cellBytes)
            return refuse(fault, CARINA_DICOM_DAMAGED, "pixel data shorter than rows times columns");
        if (cellBytes == 2) {
            std::memcpy(cells, bytes, count * 2);
        } else {
            for (size_t i = 0; i < count; i++) cells[i] = bytes[i];
        }
        return CARINA_DICOM_OK;
    });
}
