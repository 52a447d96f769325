#include "sampler.h"

#include <stddef.h>

#include "clones.h"
#include "sampler_table.h"

// The bits are the same on every CPU: nothing may be fused.
#pragma STDC FP_CONTRACT OFF

CARINA_CLONES
void carina_sample(
    const carina_sampled_shape *shape, const float *image, const float *places, size_t place_count,
    float *output) {
    const size_t plane_size = shape->height * shape->width;
    block_table table;
    for (size_t start = 0; start < place_count; start += block_size) {
        const size_t count = smaller(block_size, place_count - start);
        locate(&table, shape, places + 2 * start, count);
        for (size_t i = 0; i < count; i++) {
            const float *plane = image;
            float *result = output + start + i;
            for (size_t channel = 0; channel < shape->channels; channel++) {
                const float upper = table.x.first_weight[i] * plane[table.upper_left[i]]
                    + table.x.second_weight[i] * plane[table.upper_right[i]];
                const float lower = table.x.first_weight[i] * plane[table.lower_left[i]]
                    + table.x.second_weight[i] * plane[table.lower_right[i]];
                *result = table.y.first_weight[i] * upper + table.y.second_weight[i] * lower;
                plane += plane_size;
                result += place_count;
            }
        }
    }
}

CARINA_CLONES
void carina_sample_image_gradient(
    const carina_sampled_shape *shape, const float *places, size_t place_count, const float *upstream,
    float *gradient) {
    const size_t plane_size = shape->height * shape->width;
    block_table table;
    for (size_t start = 0; start < place_count; start += block_size) {
        const size_t count = smaller(block_size, place_count - start);
        locate(&table, shape, places + 2 * start, count);
        for (size_t channel = 0; channel < shape->channels; channel++) {
            float *plane = gradient + channel * plane_size;
            const float *slopes = upstream + channel * place_count + start;
            for (size_t i = 0; i < count; i++) {
                const float upper = table.y.first_weight[i] * slopes[i];
                const float lower = table.y.second_weight[i] * slopes[i];
                // One after the other: two of the four may be the same pixel, with weight 0 for one of them.
                plane[table.upper_left[i]] += table.x.first_weight[i] * upper;
                plane[table.upper_right[i]] += table.x.second_weight[i] * upper;
                plane[table.lower_left[i]] += table.x.first_weight[i] * lower;
                plane[table.lower_right[i]] += table.x.second_weight[i] * lower;
            }
        }
    }
}

CARINA_CLONES
void carina_sample_place_gradient(
    const carina_sampled_shape *shape, const float *image, const float *places, size_t place_count,
    const float *upstream, float *gradient) {
    const size_t plane_size = shape->height * shape->width;
    block_table table;
    for (size_t start = 0; start < place_count; start += block_size) {
        const size_t count = smaller(block_size, place_count - start);
        locate(&table, shape, places + 2 * start, count);
        const axis_table *x = &table.x;
        const axis_table *y = &table.y;
        float *result = gradient + 2 * start;
        for (size_t i = 0; i < count; i++) {
            // What each pixel around the place adds to the loss for its weight, all channels together.
            float upper_left = 0;
            float upper_right = 0;
            float lower_left = 0;
            float lower_right = 0;
            const float *plane = image;
            const float *slope = upstream + start + i;
            for (size_t channel = 0; channel < shape->channels; channel++) {
                upper_left += *slope * plane[table.upper_left[i]];
                upper_right += *slope * plane[table.upper_right[i]];
                lower_left += *slope * plane[table.lower_left[i]];
                lower_right += *slope * plane[table.lower_right[i]];
                plane += plane_size;
                slope += place_count;
            }
            result[2 * i] =
                x->first_slope[i] * (y->first_weight[i] * upper_left + y->second_weight[i] * lower_left)
                + x->second_slope[i] * (y->first_weight[i] * upper_right + y->second_weight[i] * lower_right);
            result[2 * i + 1] =
                y->first_slope[i] * (x->first_weight[i] * upper_left + x->second_weight[i] * upper_right)
                + y->second_slope[i] * (x->first_weight[i] * lower_left + x->second_weight[i] * lower_right);
        }
    }
}
