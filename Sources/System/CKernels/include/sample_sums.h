#pragma once

#include <stddef.h>

#include "sampler.h"

// What a pair of slices is compared by once one of them is warped: sums over the samples, so that the
// warped image itself is never written.
//
// Images are interleaved here: (height, width, lanes), all planes of a pixel in one cache line. Lanes do
// not meet, so the bits are the same on every CPU.

/// Planes of an interleaved image.
enum { CARINA_LANES = 16 };

/// Places in rows, and the square cells that they are summed in.
typedef struct {
    size_t rows;
    /// A multiple of `cell`.
    size_t columns;
    /// Places of a cell's side; rows are a multiple of it too.
    size_t cell;
} carina_sample_cells;

/// Samples an interleaved image by the rules of sampler.h and adds up the samples.
///
/// shape: height, width and border of the image, its channels are not read. image (height, width, lanes);
/// places (rows * columns, 2); other (rows * columns, lanes). Overwritten: products (lanes), the sums of
/// sample * other; squares (lanes), those of sample * sample; sums (cells, lanes), those of the samples in
/// each cell.
void carina_sample_sums(
    const carina_sampled_shape *shape, const float *image, const float *places,
    const carina_sample_cells *cells, const float *other, float *products, float *squares, float *sums);

/// Writes output[i] = max(a[i] + b[i], 0).
void carina_rectified_sum(
    const float *restrict a, const float *restrict b, size_t count, float *restrict output);
