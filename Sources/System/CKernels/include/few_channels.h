#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A convolution of an image of a few channels, as the first one of a network: 3 x 3, every second pixel, one
// pixel of zeros around. A library's kernels copy the image first, rounded and with its channels last; this one
// reads it as it lies, rounds it to bfloat16 row by row, and multiplies pairs of numbers, hardly any of them
// padding.
//
// A pair is two taps of one output pixel. Of each channel, w(row, column) being its weights, there are four:
// (w(0, 1), w(0, 2)), (w(1, 1), w(1, 2)) and (w(2, 1), w(2, 2)), which are neighbors in the image, and
// (w(1, 0), w(2, 0)). Behind those of all channels, for each two channels, is w(0, 0) of both, or of the last
// one and 0.

/// Sizes; outputs are a multiple of 16.
typedef struct {
    size_t batch;
    size_t channels;
    size_t height;
    size_t width;
    size_t outputs;
} carina_few_channels_shape;

/// Pairs of one output pixel.
static inline size_t carina_few_channels_pairs(size_t channels) {
    return 4 * channels + (channels + 1) / 2;
}

/// 4-byte words of scratch memory: a few rows of the image.
static inline size_t carina_few_channels_scratch(const carina_few_channels_shape *shape) {
    const size_t words = ((shape->width + 1) / 2 + 15) / 16 * 16;
    return 4 * (shape->channels * (3 * words + 16) + (shape->channels + 1) / 2 * (words + 16));
}

/// Whether this processor multiplies bfloat16.
bool carina_multiplies_bfloat16(void);

/// Convolves, where the processor multiplies bfloat16.
///
/// source (batch, channels, height, width); weights (outputs / 16, pairs, 16, 2), bfloat16; bias (outputs);
/// scratch: as many words as asked for above, overwritten; result (batch, (height + 1) / 2, (width + 1) / 2,
/// outputs), bfloat16: overwritten, or added to. Sums are float32; numbers are rounded to the nearest.
void carina_convolve_few_channels(
    const carina_few_channels_shape *shape, const float *source, const uint16_t *weights, const float *bias,
    bool adds, bool has_relu, void *scratch, uint16_t *result);
