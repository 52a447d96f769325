#pragma once

// libpng behind four calls. Its error handler jumps out of C frames only: none of Swift's is ever crossed.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How a call ended.
typedef enum carina_png_status {
    CARINA_PNG_OK = 0,
    CARINA_PNG_DAMAGED = 1,  ///< No PNG, or one which ends too early or breaks its own rules.
    CARINA_PNG_TOO_LARGE = 2,
    CARINA_PNG_NO_MEMORY = 3,
} carina_png_status;

/// What the header claims, after palettes are resolved and alpha is dropped. `channels` is 1 or 3.
typedef struct carina_png_shape {
    uint32_t width;
    uint32_t height;
    uint32_t channels;
} carina_png_shape;

/// Reads the header only; refuses sides above `side_maximum`.
carina_png_status carina_png_read_shape(
    const uint8_t *bytes, size_t count, uint32_t side_maximum, carina_png_shape *shape);

/// Decodes to 8-bit grey or RGB rows without gaps: 16 bits are scaled to 8, fewer than 8 are expanded, no
/// gamma.
///
/// `pixel_bytes` must be width x height x channels of that shape.
carina_png_status carina_png_decode(
    const uint8_t *bytes, size_t count, const carina_png_shape *shape, uint8_t *pixels, size_t pixel_bytes);

/// Encodes grey or RGB rows of `bit_depth` 8, or 16 with big-endian samples. The caller frees `*bytes` with
/// `carina_png_free`.
carina_png_status carina_png_encode(
    const uint8_t *pixels, const carina_png_shape *shape, int bit_depth, uint8_t **bytes, size_t *count);

void carina_png_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif
