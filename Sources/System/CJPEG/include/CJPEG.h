#pragma once

// libjpeg behind four calls. Its error handler jumps out of C frames only: none of Swift's is ever crossed.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How a call ended.
typedef enum carina_jpeg_status {
    CARINA_JPEG_OK = 0,
    CARINA_JPEG_DAMAGED = 1,      ///< No JPEG, or one which ends too early or breaks its own rules.
    CARINA_JPEG_UNSUPPORTED = 2,  ///< CMYK and other colors than grey, YCbCr and RGB; too many scans.
    CARINA_JPEG_TOO_LARGE = 3,
    CARINA_JPEG_NO_MEMORY = 4,
} carina_jpeg_status;

/// What the header claims. `channels` is 1 or 3.
typedef struct carina_jpeg_shape {
    uint32_t width;
    uint32_t height;
    uint32_t channels;
} carina_jpeg_shape;

/// Reads the header only; refuses sides above `side_maximum`.
carina_jpeg_status carina_jpeg_read_shape(
    const uint8_t *bytes, size_t count, uint32_t side_maximum, carina_jpeg_shape *shape);

/// Decodes to grey or RGB rows without gaps. `pixel_bytes` must be width x height x channels of that shape.
carina_jpeg_status carina_jpeg_decode(
    const uint8_t *bytes, size_t count, const carina_jpeg_shape *shape, uint8_t *pixels, size_t pixel_bytes);

/// Encodes grey or RGB rows with a quality of 1 to 100. The caller frees `*bytes` with `carina_jpeg_free`.
carina_jpeg_status carina_jpeg_encode(
    const uint8_t *pixels, const carina_jpeg_shape *shape, int quality, uint8_t **bytes, size_t *count);

void carina_jpeg_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif
