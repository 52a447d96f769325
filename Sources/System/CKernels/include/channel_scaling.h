#pragma once

#include <stdbool.h>
#include <stddef.h>

// An image less a number, its channels times a number each plus a number each, and the way back: what a normalization comes to
// once its means and variances are known. Images lie as channel_moments.h says, of floats or of bfloat16; results are rounded
// to the nearest.

/// How an image lies.
typedef struct {
    size_t blocks;
    size_t places;
    size_t width;
    /// bfloat16, not float.
    bool is_half;
} carina_image_layout;

/// Writes results = (image - center) * scale + shift, zeros instead of negative numbers where `is_rectified`.
///
/// scales, shifts (blocks * width).
void carina_scale_channels(
    const carina_image_layout *layout, const void *image, float center, const float *scales,
    const float *shifts, bool is_rectified, void *results);

/// Sums of each channel's gradients, and behind them those of gradient * image, in double precision. Where
/// `is_rectified`, gradients count only where the result is above zero.
///
/// sums (2, blocks * width), overwritten.
void carina_channel_gradient_sums(
    const carina_image_layout *layout, const void *image, const void *results, const void *gradients,
    bool is_rectified, double *sums);

/// Writes found = gradient * scale + (image - center) * slope + offset; gradients as above.
///
/// scales (blocks * width).
void carina_channel_gradients(
    const carina_image_layout *layout, const void *image, const void *results, const void *gradients,
    bool is_rectified, float center, const float *scales, float slope, float offset, void *found);
