#pragma once

#include <stddef.h>

// How dense the lung is between its vessels, in cells of 2 x 2 pixels. Of the 4 x 4 pixels around a cell, weighted, the mean
// less the mean absolute deviation from it: a thin bright vessel raises both alike, haze only the first.

/// Writes backgrounds (side / 2, side / 2) of a picture.
///
/// values, weights (side, side): weights 0...1, nothing counts beyond the edge; side: even; scratch: as many numbers as
/// `carina_background_scratch` says.
void carina_cell_backgrounds(
    const float *values, const float *weights, size_t side, float *backgrounds, float *scratch);

/// Numbers that the above needs beside.
size_t carina_background_scratch(size_t side);
