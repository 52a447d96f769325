#include "Internal.hpp"
#include "Nesting.hpp"

#include "dcmtk/dcmdata/dcistrmb.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

using carina::guarded;
using carina::refuse;

namespace {

/// Looks at the bytes which will be parsed: how deep items are nested in them and, of a deflated object, how many
/// they are.
carina_dicom_status measure(
    const uint8_t *bytes, size_t count, size_t maximum, carina_dicom_fault *fault) {
    carina::Nesting plain;
    if (!plain.feed(bytes, count)) return refuse(fault, CARINA_DICOM_DAMAGED, "items nested too deep");
    DcmInputBufferStream stream;
    stream.setBuffer(bytes, static_cast<offile_off_t>(count));
    stream.setEos();
    DcmMetaInfo meta;
    meta.transferInit();
    const OFCondition parsed = meta.read(stream);
    meta.transferEnd();
    OFString uid;
    // An object without meta information cannot be deflated; what is wrong with it shows when it is parsed.
    if (parsed.bad() || meta.findAndGetOFString(DCM_TransferSyntaxUID, uid).bad()) return CARINA_DICOM_OK;
    const DcmXfer syntax(uid.c_str());
    if (syntax.getStreamCompression() == ESC_none) return CARINA_DICOM_OK;
    if (stream.installCompressionFilter(syntax.getStreamCompression()).bad())
        return refuse(fault, CARINA_DICOM_UNSUPPORTED, "compressed stream");
    std::vector<uint8_t> scratch(1 << 16);
    carina::Nesting inflated;
    size_t total = 0;
    while (stream.good() && !stream.eos()) {
        const offile_off_t got = stream.read(scratch.data(), static_cast<offile_off_t>(scratch.size()));
        if (got <= 0) break;
        total += static_cast<size_t>(got);
        if (total > maximum) return refuse(fault, CARINA_DICOM_TOO_LARGE, "inflated object");
        if (!inflated.feed(scratch.data(), static_cast<size_t>(got)))
            return refuse(fault, CARINA_DICOM_DAMAGED, "items nested too deep");
    }
    return CARINA_DICOM_OK;
}

/// The element, or null; only those which hold values themselves.
DcmElement *find(carina_dicom_object *object, uint16_t group, uint16_t element, bool nested) {
    DcmElement *found = nullptr;
    DcmDataset &dataset = *object->file.getDataset();
    const DcmTagKey key(group, element);
    // The object's own attribute goes before one of the same name in a sequence, which may speak of another
    // object.
    bool isFound = dataset.findAndGetElement(key, found).good();
    if (!isFound && nested) isFound = dataset.findAndGetElement(key, found, OFTrue).good();
    return isFound && found && found->isLeaf() && found->getLength() > 0 ? found : nullptr;
}

}  // namespace

extern "C" carina_dicom_status carina_dicom_open(
    const uint8_t *bytes, size_t count, size_t inflated_maximum, carina_dicom_object **object,
    carina_dicom_fault *fault) {
    *object = nullptr;
    return guarded(fault, [&]() -> carina_dicom_status {
        if (!carina::prepareToolkit())
            return refuse(fault, CARINA_DICOM_FAILED, "DCMTK's data dictionary is missing");
        if (count < 16) return refuse(fault, CARINA_DICOM_DAMAGED, "too short for a DICOM object");
        const carina_dicom_status measured = measure(bytes, count, inflated_maximum, fault);
        if (measured != CARINA_DICOM_OK) return measured;

        DcmInputBufferStream stream;
        stream.setBuffer(bytes, static_cast<offile_off_t>(count));
        stream.setEos();
        auto parsed = std::make_unique<carina_dicom_object>();
        parsed->file.transferInit();
        const OFCondition result = parsed->file.read(stream);
        parsed->file.transferEnd();
        if (result == EC_UnsupportedEncoding || result == EC_UnknownTransferSyntax)
            return refuse(fault, CARINA_DICOM_UNSUPPORTED, "unknown transfer syntax");
        if (result.bad()) return refuse(fault, CARINA_DICOM_DAMAGED, result.text());
        if (parsed->file.getDataset()->card() == 0)
            return refuse(fault, CARINA_DICOM_DAMAGED, "the object has no attributes");
        *object = parsed.release();
        return CARINA_DICOM_OK;
    });
}

extern "C" void carina_dicom_close(carina_dicom_object *object) {
    guarded(nullptr, [&] {
        delete object;
        return CARINA_DICOM_OK;
    });
}

extern "C" const char *carina_dicom_transfer_syntax(const carina_dicom_object *object) {
    auto *file = const_cast<DcmFileFormat *>(&object->file);  // DCMTK's getters are not const.
    const char *uid = DcmXfer(file->getDataset()->getOriginalXfer()).getXferID();
    return uid ? uid : "";
}

extern "C" bool carina_dicom_has(carina_dicom_object *object, uint16_t group, uint16_t element, bool nested) {
    bool isFound = false;
    guarded(nullptr, [&] {
        DcmElement *found = nullptr;
        const DcmTagKey key(group, element);
        DcmDataset *dataset = object->file.getDataset();
        isFound = dataset->findAndGetElement(key, found, nested ? OFTrue : OFFalse).good() && found
            && !found->isEmpty();
        return CARINA_DICOM_OK;
    });
    return isFound;
}

extern "C" ptrdiff_t carina_dicom_text(
    carina_dicom_object *object, uint16_t group, uint16_t element, bool nested, char *out, size_t capacity) {
    ptrdiff_t count = -1;
    guarded(nullptr, [&] {
        DcmElement *found = find(object, group, element, nested);
        OFString value;
        if (!found || found->getOFStringArray(value).bad()) return CARINA_DICOM_OK;
        count = static_cast<ptrdiff_t>(value.size());
        if (value.size() <= capacity) std::memcpy(out, value.data(), value.size());
        return CARINA_DICOM_OK;
    });
    return count;
}

extern "C" bool carina_dicom_number(
    carina_dicom_object *object, uint16_t group, uint16_t element, bool nested, unsigned index, double *out) {
    bool isRead = false;
    guarded(nullptr, [&] {
        DcmElement *found = find(object, group, element, nested);
        if (!found) return CARINA_DICOM_OK;
        Float64 float64 = 0;
        Float32 float32 = 0;
        Sint32 sint32 = 0;
        Uint32 uint32 = 0;
        Sint16 sint16 = 0;
        Uint16 uint16 = 0;
        // Only the getter of the element's own VR answers.
        isRead = true;
        if (found->getFloat64(float64, index).good()) *out = float64;
        else if (found->getFloat32(float32, index).good()) *out = float32;
        else if (found->getSint32(sint32, index).good()) *out = sint32;
        else if (found->getUint32(uint32, index).good()) *out = uint32;
        else if (found->getSint16(sint16, index).good()) *out = sint16;
        else if (found->getUint16(uint16, index).good()) *out = uint16;
        else isRead = false;
        if (isRead && !std::isfinite(*out)) isRead = false;
        return CARINA_DICOM_OK;
    });
    return isRead;
}

extern "C" bool carina_dicom_word(
    carina_dicom_object *object, uint16_t group, uint16_t element, uint16_t *out) {
    bool isRead = false;
    guarded(nullptr, [&] {
        DcmElement *found = find(object, group, element, false);
        if (!found) return CARINA_DICOM_OK;
        Uint16 bits = 0;
        Sint16 number = 0;
        if (found->getUint16(bits).good()) {
            *out = bits;
            isRead = true;
        } else if (found->getSint16(number).good()) {
            *out = static_cast<uint16_t>(number);
            isRead = true;
        }
        return CARINA_DICOM_OK;
    });
    return isRead;
}
