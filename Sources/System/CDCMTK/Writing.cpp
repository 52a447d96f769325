#include "Internal.hpp"

#include "dcmtk/dcmdata/dcostrmb.h"
#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcrlerp.h"
#include "dcmtk/dcmjpeg/djrplol.h"
#include "dcmtk/dcmjpls/djrparam.h"

#include <cstdlib>
#include <memory>

using carina::guarded;
using carina::refuse;

namespace {

/// Compresses the pixels when the syntax asks for it.
OFCondition changeRepresentation(DcmDataset &dataset, E_TransferSyntax syntax) {
    const DcmRLERepresentationParameter runLengths;
    const DJ_RPLossless lossless;
    const DJLSRepresentationParameter jpegLS(0, OFTrue);
    switch (syntax) {
    case EXS_RLELossless: return dataset.chooseRepresentation(syntax, &runLengths);
    case EXS_JPEGProcess14SV1: return dataset.chooseRepresentation(syntax, &lossless);
    case EXS_JPEGLSLossless: return dataset.chooseRepresentation(syntax, &jpegLS);
    default: return dataset.chooseRepresentation(syntax, nullptr);
    }
}

struct Free {
    void operator()(uint8_t *bytes) const { std::free(bytes); }
};

}  // namespace

extern "C" carina_dicom_writer *carina_dicom_writer_create(void) {
    carina_dicom_writer *writer = nullptr;
    guarded(nullptr, [&] {
        if (carina::prepareToolkit()) writer = new carina_dicom_writer;
        return CARINA_DICOM_OK;
    });
    return writer;
}

extern "C" void carina_dicom_writer_close(carina_dicom_writer *writer) {
    guarded(nullptr, [&] {
        delete writer;
        return CARINA_DICOM_OK;
    });
}

extern "C" carina_dicom_status carina_dicom_writer_text(
    carina_dicom_writer *writer, uint16_t group, uint16_t element, const char *representation,
    const char *text, carina_dicom_fault *fault) {
    return guarded(fault, [&] {
        const DcmTag tag(group, element, DcmVR(representation));
        const OFCondition put = writer->file.getDataset()->putAndInsertString(tag, text);
        return put.good() ? CARINA_DICOM_OK : refuse(fault, CARINA_DICOM_FAILED, put.text());
    });
}

extern "C" carina_dicom_status carina_dicom_writer_word(
    carina_dicom_writer *writer, uint16_t group, uint16_t element, bool is_signed, uint16_t value,
    carina_dicom_fault *fault) {
    return guarded(fault, [&] {
        DcmDataset &dataset = *writer->file.getDataset();
        const OFCondition put = is_signed
            ? dataset.putAndInsertSint16(DcmTag(group, element, DcmVR(EVR_SS)), static_cast<Sint16>(value))
            : dataset.putAndInsertUint16(DcmTag(group, element, DcmVR(EVR_US)), value);
        return put.good() ? CARINA_DICOM_OK : refuse(fault, CARINA_DICOM_FAILED, put.text());
    });
}

extern "C" carina_dicom_status carina_dicom_writer_cells(
    carina_dicom_writer *writer, const uint16_t *cells, size_t count, carina_dicom_fault *fault) {
    return guarded(fault, [&] {
        if (count > carina::pixelsMaximum) return refuse(fault, CARINA_DICOM_TOO_LARGE, "pixels");
        // Made by hand: the data set's own setter makes plain words of it, which no encoder takes.
        auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, DcmVR(EVR_OW)));
        OFCondition put = pixels->putUint16Array(cells, static_cast<unsigned long>(count));
        if (put.good()) put = writer->file.getDataset()->insert(pixels.get(), OFTrue);
        if (put.good()) pixels.release();
        return put.good() ? CARINA_DICOM_OK : refuse(fault, CARINA_DICOM_FAILED, put.text());
    });
}

extern "C" carina_dicom_status carina_dicom_writer_encode(
    carina_dicom_writer *writer, const char *transfer_syntax, uint8_t **bytes, size_t *count,
    carina_dicom_fault *fault) {
    *bytes = nullptr;
    *count = 0;
    return guarded(fault, [&] {
        const E_TransferSyntax syntax = DcmXfer(transfer_syntax).getXfer();
        DcmDataset &dataset = *writer->file.getDataset();
        if (syntax == EXS_Unknown) return refuse(fault, CARINA_DICOM_UNSUPPORTED, "unknown transfer syntax");
        const OFCondition changed = changeRepresentation(dataset, syntax);
        if (changed.bad() || !dataset.canWriteXfer(syntax))
            return refuse(fault, CARINA_DICOM_UNSUPPORTED, "no encoder for this transfer syntax");

        // Meta information and what lossless compression of noise may add fit in the addition.
        const size_t plain = dataset.calcElementLength(syntax, EET_ExplicitLength);
        const size_t capacity = plain * 5 / 4 + (1 << 16);
        std::unique_ptr<uint8_t, Free> buffer(static_cast<uint8_t *>(std::malloc(capacity)));
        if (!buffer) return refuse(fault, CARINA_DICOM_NO_MEMORY, "out of memory");
        DcmOutputBufferStream stream(buffer.get(), static_cast<offile_off_t>(capacity));
        writer->file.transferInit();
        const OFCondition written = writer->file.write(stream, syntax, EET_ExplicitLength, nullptr);
        writer->file.transferEnd();
        stream.flush();
        if (written.bad()) return refuse(fault, CARINA_DICOM_FAILED, written.text());
        void *start = nullptr;
        offile_off_t filled = 0;
        stream.flushBuffer(start, filled);
        *bytes = buffer.release();
        *count = static_cast<size_t>(filled);
        return CARINA_DICOM_OK;
    });
}

extern "C" void carina_dicom_free(uint8_t *bytes) {
    std::free(bytes);
}
