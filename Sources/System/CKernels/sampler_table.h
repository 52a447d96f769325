#pragma once

// Between which pixels the places of a sampled image lie, and with which weights: what every sampling
// kernel begins with.

#include <stdint.h>

#include "clones.h"
#include "sampler.h"

/// Places that are located at once: their neighbors' table stays in the first-level cache.
enum { block_size = 64 };

/// The two pixels along one axis between which each place of a block lies.
typedef struct {
    /// Numbers of the pixels, 0 in place of one that is not there.
    int32_t first[block_size];
    int32_t second[block_size];
    /// Their weights, 0 for a pixel that is not there.
    float first_weight[block_size];
    float second_weight[block_size];
    /// The weights' derivatives by the coordinate, which runs from -1 to 1.
    float first_slope[block_size];
    float second_slope[block_size];
} axis_table;

/// The four pixels around each place of a block, and its axes.
typedef struct {
    axis_table x;
    axis_table y;
    int32_t upper_left[block_size];
    int32_t upper_right[block_size];
    int32_t lower_left[block_size];
    int32_t lower_right[block_size];
} block_table;

/// Fills the table of one axis from every second number of `coordinates`.
CARINA_INLINE void locate_axis(
    axis_table *table, const float *coordinates, size_t count, size_t side, bool repeats_border) {
    const float half = (float)side * 0.5f;
    const float last = (float)(side - 1);
    // Far outside is as good as just outside, and then the number fits an integer.
    const float low = repeats_border ? 0 : -2;
    const float high = repeats_border ? last : last + 1;
    const int32_t end = (int32_t)side;
    for (size_t i = 0; i < count; i++) {
        const float pixel = (coordinates[2 * i] + 1) * half - 0.5f;
        // Written so that what is not a number becomes `low`.
        const float above = pixel > low ? pixel : low;
        const float inside = above < high ? above : high;
        const int32_t cut = (int32_t)inside;
        const int32_t first = cut - ((float)cut > inside);
        const int32_t second = first + 1;
        const float share = inside - (float)first;
        const bool has_first = (first >= 0) & (first < end);
        const bool has_second = (second >= 0) & (second < end);
        const float slope = (!repeats_border) | ((pixel > 0) & (pixel < last)) ? half : 0;
        table->first[i] = has_first ? first : 0;
        table->second[i] = has_second ? second : 0;
        table->first_weight[i] = has_first ? 1 - share : 0;
        table->second_weight[i] = has_second ? share : 0;
        table->first_slope[i] = has_first ? -slope : 0;
        table->second_slope[i] = has_second ? slope : 0;
    }
}

CARINA_INLINE void locate(
    block_table *table, const carina_sampled_shape *shape, const float *places, size_t count) {
    locate_axis(&table->x, places, count, shape->width, shape->repeats_border);
    locate_axis(&table->y, places + 1, count, shape->height, shape->repeats_border);
    const int32_t width = (int32_t)shape->width;
    for (size_t i = 0; i < count; i++) {
        table->upper_left[i] = table->y.first[i] * width + table->x.first[i];
        table->upper_right[i] = table->y.first[i] * width + table->x.second[i];
        table->lower_left[i] = table->y.second[i] * width + table->x.first[i];
        table->lower_right[i] = table->y.second[i] * width + table->x.second[i];
    }
}

CARINA_INLINE size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}
