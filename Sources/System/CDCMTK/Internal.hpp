#pragma once

#include "include/CDCMTK.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"

#include <cstdio>
#include <exception>
#include <new>

struct carina_dicom_object {
    DcmFileFormat file;
};

struct carina_dicom_writer {
    DcmFileFormat file;
};

namespace carina {

/// Most pixels of one image: 4096 by 4096, four times over.
constexpr size_t pixelsMaximum = size_t(1) << 26;

/// Silences DCMTK's logger and registers its codecs; once in a process. False when the data dictionary is
/// missing.
bool prepareToolkit();

/// Leaves a text for the caller and returns the status.
inline carina_dicom_status refuse(carina_dicom_fault *fault, carina_dicom_status status, const char *text) {
    if (fault) std::snprintf(fault->text, sizeof fault->text, "%s", text);
    return status;
}

/// Runs a body which may throw (DCMTK and the standard library on lack of memory) and turns exceptions into a
/// status.
template <typename Body>
carina_dicom_status guarded(carina_dicom_fault *fault, Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return refuse(fault, CARINA_DICOM_NO_MEMORY, "out of memory");
    } catch (const std::exception &) {
        return refuse(fault, CARINA_DICOM_FAILED, "a library threw an exception");
    } catch (...) {
        return refuse(fault, CARINA_DICOM_FAILED, "a library threw something unknown");
    }
}

/// Decodes the one frame of a JPEG 2000 image. `pixels` holds the fragments.
carina_dicom_status decodeJPEG2000(
    DcmPixelSequence &pixels, unsigned rows, unsigned columns, uint16_t *cells, carina_dicom_fault *fault);

}  // namespace carina
