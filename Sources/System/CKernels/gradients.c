#include "gradients.h"

#include <stdint.h>
#include <string.h>

#include "clones.h"

// The bits are the same on every CPU: nothing may be fused.
#pragma STDC FP_CONTRACT OFF

enum { chunk = 256 };

/// Sums of `cell` values each, or adds them to `sums`.
CARINA_INLINE void sum_across(const float *values, size_t cells, size_t cell, int is_added, float *sums) {
    for (size_t i = 0; i < cells; i++) {
        float sum = values[i * cell];
        for (size_t k = 1; k < cell; k++) {
            sum += values[i * cell + k];
        }
        sums[i] = is_added ? sums[i] + sum : sum;
    }
}

/// The same; with a width that the compiler knows the usual cells are summed in vectors.
CARINA_INLINE void sum_cells(const float *values, size_t cells, size_t cell, int is_added, float *sums) {
    switch (cell) {
        case 2: sum_across(values, cells, 2, is_added, sums); break;
        case 4: sum_across(values, cells, 4, is_added, sums); break;
        case 8: sum_across(values, cells, 8, is_added, sums); break;
        default: sum_across(values, cells, cell, is_added, sums); break;
    }
}

CARINA_CLONES
void carina_cell_means(const float *plane, size_t height, size_t width, size_t cell, float *means) {
    const size_t columns = width / cell;
    const size_t at_once = chunk / cell;
    const float share = 1 / (float)(cell * cell);
    float sums[chunk];
    for (size_t row = 0; row < height / cell; row++) {
        for (size_t first = 0; first < columns; first += at_once) {
            const size_t cells = columns - first < at_once ? columns - first : at_once;
            const float *source = plane + row * cell * width + first * cell;
            memcpy(sums, source, cells * cell * sizeof(float));
            for (size_t y = 1; y < cell; y++) {
                for (size_t i = 0; i < cells * cell; i++) {
                    sums[i] += source[y * width + i];
                }
            }
            float *output = means + row * columns + first;
            sum_cells(sums, cells, cell, 0, output);
            for (size_t i = 0; i < cells; i++) {
                output[i] *= share;
            }
        }
    }
}

/// Responses of the eight orientations in one row, `stride` floats apart; `row` has a pixel more on both sides.
CARINA_INLINE void respond(
    const float *above,
    const float *row,
    const float *below,
    size_t width,
    float share,
    float *responses,
    size_t stride) {
    // cos and sin of twice the orientations are 0, 1 and the root of 1/2, and those of k + 4 are the negatives of those
    // of k.
    const float half = 0.70710678118654752f;
    for (size_t x = 0; x < width; x++) {
        const float across = row[x + 2] - row[x];
        const float down = below[x] - above[x];
        const float square = across * across + down * down;
        const float inverse = 1 / __builtin_elementwise_sqrt(square + 1e-8f);
        const float cosine = (across * across - down * down) * inverse * inverse;
        const float sine = 2 * across * down * inverse * inverse;
        const float strength = square * inverse * share;
        const float turned[4] = {
            cosine, half * cosine + half * sine, sine, half * sine - half * cosine,
        };
        for (size_t k = 0; k < 4; k++) {
            const float squared = turned[k] * turned[k];
            const float response = squared * squared * strength;
            responses[k * stride + x] = turned[k] > 0 ? response : 0;
            responses[(k + 4) * stride + x] = turned[k] > 0 ? 0 : response;
        }
    }
}

/// Sums of `count` values each, from every place of `padded` on.
CARINA_INLINE void window_sums(const float *padded, size_t places, size_t step, size_t count, float *sums) {
    memcpy(sums, padded, places * sizeof(float));
    for (size_t k = 1; k < count; k++) {
        for (size_t i = 0; i < places; i++) {
            sums[i] += padded[k * step + i];
        }
    }
}

/// energies (cells, cells), replaced by their means over windows; scratch (cells + window - 1) * (cells + 1).
CARINA_INLINE void window_means(float *energies, size_t cells, size_t window, float *scratch) {
    const size_t reach = window / 2;
    const float share = 1 / (float)window;
    float *line = scratch;
    // Rows of sums, the first and the last repeated above and below.
    float *rows = scratch + cells + window - 1;
    for (size_t y = 0; y < cells; y++) {
        const float *source = energies + y * cells;
        for (size_t k = 0; k < reach; k++) {
            line[k] = source[0];
            line[reach + cells + k] = source[cells - 1];
        }
        memcpy(line + reach, source, cells * sizeof(float));
        float *sums = rows + (reach + y) * cells;
        window_sums(line, cells, 1, window, sums);
        for (size_t x = 0; x < cells; x++) {
            sums[x] *= share;
        }
    }
    for (size_t k = 0; k < reach; k++) {
        memcpy(rows + k * cells, rows + reach * cells, cells * sizeof(float));
        memcpy(rows + (reach + cells + k) * cells, rows + (reach + cells - 1) * cells, cells * sizeof(float));
    }
    for (size_t y = 0; y < cells; y++) {
        window_sums(rows + y * cells, cells, cells, window, energies + y * cells);
        for (size_t x = 0; x < cells; x++) {
            energies[y * cells + x] *= share;
        }
    }
}

size_t carina_orientation_scratch(size_t side, size_t cell, size_t window) {
    const size_t cells = side / cell;
    const size_t responses = (carina_orientation_count + 1) * side + 2;
    const size_t windows = (cells + window - 1) * (cells + 1);
    return cells * cells + (responses > windows ? responses : windows);
}

CARINA_CLONES
void carina_orientation_maps(
    const float *image,
    size_t side,
    size_t cell,
    float epsilon,
    size_t window,
    float *scratch,
    float *maps) {
    const size_t cells = side / cell;
    const size_t plane = cells * cells;
    const float share = 1 / (float)(cell * cell);
    float *energies = scratch;
    float *rest = scratch + plane;
    float *padded = rest;
    float *responses = rest + side + 2;
    if (cell > 1) {
        memset(maps, 0, carina_orientation_count * plane * sizeof(float));
    }
    for (size_t y = 0; y < side; y++) {
        const float *row = image + y * side;
        memcpy(padded + 1, row, side * sizeof(float));
        padded[0] = row[0];
        padded[side + 1] = row[side - 1];
        const float *above = y > 0 ? row - side : row;
        const float *below = y + 1 < side ? row + side : row;
        if (cell == 1) {
            respond(above, padded, below, side, share, maps + y * cells, plane);
            continue;
        }
        respond(above, padded, below, side, share, responses, side);
        for (size_t k = 0; k < carina_orientation_count; k++) {
            float *target = maps + k * plane + (y / cell) * cells;
            sum_cells(responses + k * side, cells, cell, 1, target);
        }
    }
    memset(energies, 0, plane * sizeof(float));
    for (size_t k = 0; k < carina_orientation_count; k++) {
        for (size_t i = 0; i < plane; i++) {
            energies[i] += maps[k * plane + i] * maps[k * plane + i];
        }
    }
    window_means(energies, cells, window, rest);
    for (size_t i = 0; i < plane; i++) {
        energies[i] = 1 / (__builtin_elementwise_sqrt(energies[i]) + epsilon);
    }
    for (size_t k = 0; k < carina_orientation_count; k++) {
        for (size_t i = 0; i < plane; i++) {
            maps[k * plane + i] *= energies[i];
        }
    }
}

/// Magnitude and bin of each gradient of a row; `row` has a pixel more on both sides.
CARINA_INLINE void bin_row(
    const float *above, const float *row, const float *below, size_t width, double *magnitudes, uint8_t *bins) {
    // tan 22.5 degrees.
    const double tangent = 0.41421356237309503;
    for (size_t x = 0; x < width; x++) {
        const double across = (double)row[x + 2] - (double)row[x];
        const double down = (double)below[x] - (double)above[x];
        magnitudes[x] = __builtin_elementwise_sqrt(across * across + down * down);
        // Turned by half a circle where it points up, the gradient lies at 0 to 180 degrees.
        const int is_turned = (down < 0) | ((down == 0) & (across < 0));
        const double a = is_turned ? -across : across;
        const double d = is_turned ? -down : down;
        // One for each bound that the angle has reached; the last three lie in the second quadrant.
        const int is_second = a <= 0;
        const int bin = (d >= a * tangent) + (d >= a) + (d * tangent >= a) + is_second
            + (is_second & !(-a < d * tangent)) + (is_second & !(d > -a)) + (is_second & !(d > -a * tangent));
        bins[x] = (uint8_t)(bin & 7);
    }
}

/// Adds the gradients of one row to each column's sums, (side, 8).
CARINA_INLINE void add_row(const float *image, size_t side, size_t y, double *magnitudes, double *sums) {
    const float *row = image + y * side;
    const int is_inner = y > 0 && y + 1 < side;
    const float *above = is_inner ? row - side : row;
    const float *below = is_inner ? row + side : row;
    float padded[chunk + 2];
    uint8_t bins[chunk];
    for (size_t first = 0; first < side; first += chunk) {
        const size_t width = side - first < chunk ? side - first : chunk;
        memcpy(padded + 1, row + first, width * sizeof(float));
        // At the picture's edge both neighbors are the same pixel: no gradient along the row.
        padded[0] = first > 0 ? row[first - 1] : padded[side > 1 ? 2 : 1];
        padded[width + 1] = first + width < side ? row[first + width] : padded[width - (side > 1)];
        bin_row(above + first, padded, below + first, width, magnitudes, bins);
        for (size_t x = 0; x < width; x++) {
            sums[(first + x) * carina_orientation_count + bins[x]] += magnitudes[x];
        }
    }
}

CARINA_CLONES
void carina_gradient_histograms(
    const float *image, size_t side, size_t cell, double *scratch, double *histograms) {
    const size_t cells = side / cell;
    const double share = 1 / (double)(cell * cell);
    double *sums = scratch;
    double *magnitudes = scratch + carina_orientation_count * side;
    for (size_t top = 0; top < cells; top++) {
        // Of each column and bin by itself, so that no sum waits for the one before.
        memset(sums, 0, carina_orientation_count * side * sizeof(double));
        for (size_t y = top * cell; y < (top + 1) * cell; y++) {
            add_row(image, side, y, magnitudes, sums);
        }
        for (size_t left = 0; left < cells; left++) {
            double *histogram = histograms + (top * cells + left) * carina_orientation_count;
            memset(histogram, 0, carina_orientation_count * sizeof(double));
            for (size_t x = left * cell; x < (left + 1) * cell; x++) {
                for (size_t k = 0; k < carina_orientation_count; k++) {
                    histogram[k] += sums[x * carina_orientation_count + k];
                }
            }
            for (size_t k = 0; k < carina_orientation_count; k++) {
                histogram[k] *= share;
            }
        }
    }
}
