#include "cell_backgrounds.h"

#include <math.h>
#include <string.h>

#include "clones.h"

/// Pixels of a window's side, a multiple of a cell's.
enum { WINDOW = 4 };
/// Added to a window's weight before dividing by it.
static const float offset = 1e-3F;

/// A plane's lines one behind another, each with its even and then its odd pixels; a pixel without weight around them.
CARINA_INLINE void split(const float *plane, size_t side, float *lines) {
    const size_t half = side / 2 + 1;
    memset(lines, 0, (side + 2) * 2 * half * sizeof(float));
    for (size_t row = 0; row < side; row++) {
        const float *source = plane + row * side;
        float *even = lines + (row + 1) * 2 * half;
        float *odd = even + half;
        for (size_t i = 0; i + 1 < half; i++) {
            odd[i] = source[2 * i];
            even[i + 1] = source[2 * i + 1];
        }
    }
}

/// Where the numbers of a window's column lie, for all cells of a line.
CARINA_INLINE const float *column(const float *lines, size_t line, size_t place, size_t half) {
    return lines + line * 2 * half + (place % 2) * half + place / 2;
}

size_t carina_background_scratch(size_t side) {
    return 2 * (side + 2) * 2 * (side / 2 + 1) + 2 * (side / 2);
}

CARINA_CLONES
void carina_cell_backgrounds(
    const float *values, const float *weights, size_t side, float *backgrounds, float *scratch) {
    const size_t cells = side / 2;
    const size_t half = cells + 1;
    float *value_lines = scratch;
    float *weight_lines = value_lines + (side + 2) * 2 * half;
    float *weight_sums = weight_lines + (side + 2) * 2 * half;
    float *deviations = weight_sums + cells;
    split(values, side, value_lines);
    split(weights, side, weight_lines);
    for (size_t row = 0; row < cells; row++) {
        float *restrict means = backgrounds + row * cells;
        memset(means, 0, cells * sizeof(float));
        memset(weight_sums, 0, 2 * cells * sizeof(float));
        for (size_t place = 0; place < WINDOW * WINDOW; place++) {
            const size_t line = 2 * row + place / WINDOW;
            const float *restrict value = column(value_lines, line, place % WINDOW, half);
            const float *restrict weight = column(weight_lines, line, place % WINDOW, half);
            for (size_t i = 0; i < cells; i++) {
                means[i] += weight[i] * value[i];
                weight_sums[i] += weight[i];
            }
        }
        for (size_t i = 0; i < cells; i++) {
            weight_sums[i] = 1 / (weight_sums[i] + offset);
            means[i] *= weight_sums[i];
        }
        for (size_t place = 0; place < WINDOW * WINDOW; place++) {
            const size_t line = 2 * row + place / WINDOW;
            const float *restrict value = column(value_lines, line, place % WINDOW, half);
            const float *restrict weight = column(weight_lines, line, place % WINDOW, half);
            for (size_t i = 0; i < cells; i++) {
                deviations[i] += weight[i] * fabsf(value[i] - means[i]);
            }
        }
        for (size_t i = 0; i < cells; i++) {
            means[i] -= deviations[i] * weight_sums[i];
        }
    }
}
