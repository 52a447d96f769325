#pragma once

#include <stddef.h>

// What describes a picture by the directions of its gradients, and means of its cells.
//
// Sums are rounded in one order and nothing is fused: the bits are the same on every CPU.

enum { carina_orientation_count = 8 };

/// Means of square cells.
///
/// plane (height, width); means (height / cell, width / cell), cell dividing both and at most 256. Summed down each column
/// of a cell first, then across.
void carina_cell_means(const float *plane, size_t height, size_t width, size_t cell, float *means);

/// Soft maps of gradient orientation, each relative to the gradients nearby.
///
/// Gradient by central differences (not halved, edges repeated). Map k holds the mean over each cell of
/// max(0, cos 2(angle - k pi / 8))^4 * |gradient|, divided by epsilon + the root of the mean, over window x window cells
/// with edges repeated, of the eight maps' sum of squares. To a gradient's square 1e-8 is added wherever it is divided by,
/// for one of rounding size has no orientation worth the name.
///
/// image (side, side); maps (8, side / cell, side / cell), cell dividing the side, window odd; scratch: as many floats as
/// carina_orientation_scratch says.
void carina_orientation_maps(
    const float *image,
    size_t side,
    size_t cell,
    float epsilon,
    size_t window,
    float *scratch,
    float *maps);

/// Floats that carina_orientation_maps needs as scratch.
size_t carina_orientation_scratch(size_t side, size_t cell, size_t window);

/// Histograms of gradients in square cells: mean magnitude by direction, in bins of 22.5 degrees modulo 180.
///
/// Gradient by central differences (not halved); at the picture's edge the part across the edge is zero. A bin holds the angles from its lower bound
/// up to the next, decided by comparisons of `image`'s differences in double precision: exact where the angle is a
/// multiple of 45 degrees.
///
/// image (side, side); histograms (side / cell, side / cell, 8), cell dividing the side; scratch (9 * side).
void carina_gradient_histograms(
    const float *image, size_t side, size_t cell, double *scratch, double *histograms);
