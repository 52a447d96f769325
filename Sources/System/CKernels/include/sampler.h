#pragma once

#include <stdbool.h>
#include <stddef.h>

// Bilinear sampling of images at given places, and its gradients: what a spatial transformer does to pixels.
//
// A place is (x, y), -1 at the image's left or upper edge and 1 at the right or lower one, so that pixel i of
// S has its center at (2 * i + 1) / S - 1. Beyond the outer pixels' centers a sample mixes them with zeros,
// or repeats them. What is not a number lies beyond the left or upper edge. Where two linear pieces meet, a
// derivative is that of the right or lower one; on a repeated border and beyond it, zero.
//
// Sums are rounded in one order and nothing is fused: the bits are the same on every CPU.

/// What is sampled: (channels, height, width) floats, row-major.
typedef struct {
    size_t channels;
    /// 1 to 2^20; height times width is below 2^31.
    size_t height;
    /// 1 to 2^20.
    size_t width;
    /// Whether the outermost pixels go on for ever; else all beyond them is zero.
    bool repeats_border;
} carina_sampled_shape;

/// Samples an image.
///
/// places (N, 2); output (channels, N), overwritten.
void carina_sample(
    const carina_sampled_shape *shape, const float *image, const float *places, size_t place_count,
    float *output);

/// Adds the gradient by the image: from that by the samples, upstream (channels, N), to
/// gradient (channels, height, width).
void carina_sample_image_gradient(
    const carina_sampled_shape *shape, const float *places, size_t place_count, const float *upstream,
    float *gradient);

/// Writes the gradient by the places: from that by the samples, upstream (channels, N), to gradient (N, 2).
void carina_sample_place_gradient(
    const carina_sampled_shape *shape, const float *image, const float *places, size_t place_count,
    const float *upstream, float *gradient);
