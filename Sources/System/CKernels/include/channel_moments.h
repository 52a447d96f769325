#pragma once

#include <stddef.h>
#include <stdint.h>

// Means and variances of a batch's channels, as batch normalization needs them. A sum of a hundred thousand
// numbers, added one by one in single precision, is off by some 1e-5; here long sums are of double precision,
// which also holds the square of a float exactly, so that the numbers need to be read only once. Each image
// has sums of its own, which are added in their order: the bits are the same for any number of threads.
//
// An image is (blocks, places, width), and channel c the number c % width of each place of block c / width: a
// plain image has blocks of one channel, one whose channels come last has one block of all, and a library may
// like blocks of 8 or 16, the last of them padded.

/// Sums of each channel in each of some images, and behind them the sums of squares.
///
/// images (image_count, blocks, places, width); sums (image_count, 2, blocks * width), overwritten.
void carina_channel_sums(
    const float *images, size_t image_count, size_t blocks, size_t places, size_t width, double *sums);

/// The same of numbers in bfloat16, eight of which are added in single precision before they join the others.
void carina_channel_sums_bfloat16(
    const uint16_t *images, size_t image_count, size_t blocks, size_t places, size_t width, double *sums);

/// Means and variances from the sums of all images, (image_count, 2, padded).
///
/// count: numbers of a channel in all images. means, variances (channels): overwritten; no variance is
/// negative.
void carina_channel_moments(
    const double *sums, size_t image_count, size_t padded, size_t channels, double count, float *means,
    float *variances);
