#pragma once

#include <stddef.h>
#include <stdint.h>

// What turns a stored slice into another view of it, besides the sampler: places, contrast, blur and noise.
//
// Sums are rounded in one order and nothing is fused: the bits are the same on every CPU.

/// Writes the places at which a sampler must look to see an image through an affine map.
///
/// map (6): rows of (A | t), source = A (x, y) + t, coordinates as in sampler.h; places (height, width, 2).
void carina_affine_places(const float *map, size_t height, size_t width, float *places);

/// Numbers of half precision, which must be finite, as floats: exact.
void carina_widen_halves(const uint16_t *halves, size_t count, float *output);

/// Changes the contrast: (v + curve * v * (1 - v)) * gain + offset for each value v.
void carina_change_contrast(float *values, size_t count, float curve, float gain, float offset);

/// Means of 3 x 3 pixels, the outermost repeated beyond the edge.
///
/// plane (height, width), replaced; scratch (height, width).
void carina_blur(float *plane, size_t height, size_t width, float *scratch);

/// Adds noise of a standard deviation and keeps the sums within 0...1.
///
/// Value i gets deviation * (s - 1020) / sqrt(43690), where s is the sum of the eight bytes of the word i of
/// SplitMix64 that starts at `seed`. A byte's mean is 127.5 and its variance 65535 / 12, so this has mean 0 and
/// variance 1; it never exceeds 4.88, and its fourth moment is 2.85, near the 3 of a normal number.
void carina_add_noise(float *values, size_t count, uint64_t seed, float deviation);
