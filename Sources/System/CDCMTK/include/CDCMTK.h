#pragma once

// A plain C face of DCMTK (and of OpenJPEG for JPEG 2000, which DCMTK refuses): one DICOM object in memory,
// read or written. No C++ type and no C++ exception crosses it; every failure is a code and a text without
// patient data.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How a call ended.
typedef enum carina_dicom_status {
    CARINA_DICOM_OK = 0,
    CARINA_DICOM_DAMAGED = 1,      ///< Not DICOM, or DICOM which contradicts itself or ends too early.
    CARINA_DICOM_UNSUPPORTED = 2,  ///< Sound perhaps, but a form which nobody here decodes.
    CARINA_DICOM_TOO_LARGE = 3,    ///< Beyond a limit given by the caller.
    CARINA_DICOM_NO_MEMORY = 4,
    CARINA_DICOM_FAILED = 5,       ///< A fault of ours or of a library.
} carina_dicom_status;

/// Why a call failed: a short English text, always terminated.
typedef struct carina_dicom_fault {
    char text[160];
} carina_dicom_fault;

/// A parsed object. Belongs to one thread at a time.
typedef struct carina_dicom_object carina_dicom_object;

/// Parses an object from memory: Part 10, or a bare data set in any of the three uncompressed encodings.
///
/// A deflated object which grows beyond `inflated_maximum` bytes is refused before it is parsed.
/// On success the caller owns `*object` and ends it with `carina_dicom_close`.
carina_dicom_status carina_dicom_open(
    const uint8_t *bytes, size_t count, size_t inflated_maximum, carina_dicom_object **object,
    carina_dicom_fault *fault);

void carina_dicom_close(carina_dicom_object *object);

/// The UID of the transfer syntax in which the object came; a static string.
const char *carina_dicom_transfer_syntax(const carina_dicom_object *object);

/// Whether the object has the attribute with a value. `nested` looks into sequences too: the first found
/// counts.
bool carina_dicom_has(carina_dicom_object *object, uint16_t group, uint16_t element, bool nested);

/// Writes the attribute's values, joined by backslashes, as raw bytes without terminator.
///
/// Returns the byte count, which may exceed `capacity` (then nothing is written), or -1 when it is absent or
/// no text.
ptrdiff_t carina_dicom_text(
    carina_dicom_object *object, uint16_t group, uint16_t element, bool nested, char *out, size_t capacity);

/// Reads one value of a numeric attribute (DS, IS, US, SS, UL, SL, FL, FD). False when absent or not a
/// number.
bool carina_dicom_number(
    carina_dicom_object *object, uint16_t group, uint16_t element, bool nested, unsigned index, double *out);

/// Reads the raw 16 bits of an attribute which is US or SS, whichever the writer chose.
bool carina_dicom_word(carina_dicom_object *object, uint16_t group, uint16_t element, uint16_t *out);

/// Decodes the pixel data of a one-frame, one-sample image into cells of 16 bits.
///
/// A cell holds the bits as stored (8-bit ones in the low byte): nothing is masked, sign-extended or
/// rescaled. Read Bits Stored and High Bit after this call: a decoder may have changed them. `count` must be
/// rows times columns of the object, at most 2^26; anything else is refused before a byte is allocated.
carina_dicom_status carina_dicom_cells(
    carina_dicom_object *object, uint16_t *cells, size_t count, carina_dicom_fault *fault);

/// How cells become Hounsfield units where slope and intercept are whole numbers, and which of them are padding.
typedef struct carina_dicom_scale {
    int32_t shift;         ///< Bits below the stored number,
    int32_t mask;          ///< those of the number itself,
    int32_t sign;          ///< and its sign bit; 0 where it has none.
    int32_t slope;         ///< At most 2^14 either way, so that no product overflows.
    int32_t intercept;
    int32_t padding_cell;  ///< A cell with just these bits is padding; -1: none.
    int32_t padding_low, padding_high;  ///< So is a stored number in this range; low above high: none.
    int32_t padding_below;  ///< And Hounsfield units below; the least Int32: none.
    int32_t padding_value;  ///< What padding becomes.
} carina_dicom_scale;

/// Writes slope * stored + intercept of each cell, limited to 16 bits, or the padding's value. Returns how many are
/// padding.
size_t carina_dicom_hounsfield(
    const uint16_t *cells, size_t count, const carina_dicom_scale *scale, int16_t *values);

/// An object under construction. Belongs to one thread at a time.
typedef struct carina_dicom_writer carina_dicom_writer;

/// Null when memory is short.
carina_dicom_writer *carina_dicom_writer_create(void);

void carina_dicom_writer_close(carina_dicom_writer *writer);

/// Puts an attribute whose value is text; `representation` is its two-letter VR.
carina_dicom_status carina_dicom_writer_text(
    carina_dicom_writer *writer, uint16_t group, uint16_t element, const char *representation,
    const char *text, carina_dicom_fault *fault);

/// Puts an attribute of 16 bits, US or (`is_signed`) SS.
carina_dicom_status carina_dicom_writer_word(
    carina_dicom_writer *writer, uint16_t group, uint16_t element, bool is_signed, uint16_t value,
    carina_dicom_fault *fault);

/// Puts 16-bit pixel data.
carina_dicom_status carina_dicom_writer_cells(
    carina_dicom_writer *writer, const uint16_t *cells, size_t count, carina_dicom_fault *fault);

/// Encodes the object as Part 10 in a transfer syntax (its UID): the uncompressed and deflated ones, RLE,
/// JPEG Lossless (process 14, selection value 1) and JPEG-LS lossless. The caller frees `*bytes` with
/// `carina_dicom_free`.
carina_dicom_status carina_dicom_writer_encode(
    carina_dicom_writer *writer, const char *transfer_syntax, uint8_t **bytes, size_t *count,
    carina_dicom_fault *fault);

void carina_dicom_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif
