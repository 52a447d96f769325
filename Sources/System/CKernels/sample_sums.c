#include "sample_sums.h"

#include <string.h>

#include "clones.h"
#include "sampler_table.h"

// The bits are the same on every CPU: nothing may be fused.
#pragma STDC FP_CONTRACT OFF

enum { lanes = CARINA_LANES };

CARINA_CLONES
void carina_sample_sums(
    const carina_sampled_shape *shape, const float *image, const float *places,
    const carina_sample_cells *cells, const float *other, float *products, float *squares, float *sums) {
    const size_t place_count = cells->rows * cells->columns;
    const size_t cells_across = cells->columns / cells->cell;
    float product[lanes] = {0};
    float square[lanes] = {0};
    memset(sums, 0, (cells->rows / cells->cell) * cells_across * lanes * sizeof(float));
    block_table table;
    for (size_t start = 0; start < place_count; start += block_size) {
        const size_t count = smaller(block_size, place_count - start);
        locate(&table, shape, places + 2 * start, count);
        for (size_t i = 0; i < count; i++) {
            const size_t place = start + i;
            const size_t row = place / cells->columns;
            const size_t column = place - row * cells->columns;
            float *restrict sum = sums + ((row / cells->cell) * cells_across + column / cells->cell) * lanes;
            const float *restrict beside = other + place * lanes;
            const float *restrict upper_left = image + (size_t)table.upper_left[i] * lanes;
            const float *restrict upper_right = image + (size_t)table.upper_right[i] * lanes;
            const float *restrict lower_left = image + (size_t)table.lower_left[i] * lanes;
            const float *restrict lower_right = image + (size_t)table.lower_right[i] * lanes;
            const float left = table.x.first_weight[i];
            const float right = table.x.second_weight[i];
            const float above = table.y.first_weight[i];
            const float below = table.y.second_weight[i];
            for (size_t lane = 0; lane < lanes; lane++) {
                const float upper = left * upper_left[lane] + right * upper_right[lane];
                const float lower = left * lower_left[lane] + right * lower_right[lane];
                const float sample = above * upper + below * lower;
                product[lane] += sample * beside[lane];
                square[lane] += sample * sample;
                sum[lane] += sample;
            }
        }
    }
    memcpy(products, product, sizeof product);
    memcpy(squares, square, sizeof square);
}

CARINA_CLONES
void carina_rectified_sum(
    const float *restrict a, const float *restrict b, size_t count, float *restrict output) {
    for (size_t i = 0; i < count; i++) {
        const float sum = a[i] + b[i];
        output[i] = sum > 0 ? sum : 0;
    }
}
