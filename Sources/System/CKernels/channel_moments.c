#include "channel_moments.h"

#include <string.h>

#include "channel_numbers.h"
#include "clones.h"

/// Numbers in bfloat16 that are added in single precision.
enum { RUN = 8 };
/// Places after which the next channels have their turn: a cache line that they share is still near.
enum { PIECE = 32 };

/// Adds `count` groups of sixteen neighbors, `stride` apart.
CARINA_INLINE void add_groups(
    numbers all, size_t first, size_t count, size_t stride, double *sum, double *square) {
    doubles sums = *(const doubles *)sum;
    doubles squares = *(const doubles *)square;
    floats group;
    size_t i = 0;
    if (all.is_half) {
        for (; i + RUN <= count; i += RUN) {
            floats few = {0};
            floats few_squares = {0};
#pragma clang loop unroll(full)
            for (size_t j = 0; j < RUN; j++) {
                read_group(all, first + (i + j) * stride, &group);
                few += group;
                few_squares += group * group;
            }
            sums += __builtin_convertvector(few, doubles);
            squares += __builtin_convertvector(few_squares, doubles);
        }
    }
    for (; i < count; i++) {
        read_group(all, first + i * stride, &group);
        const doubles values = __builtin_convertvector(group, doubles);
        sums += values;
        squares += values * values;
    }
    *(doubles *)sum = sums;
    *(doubles *)square = squares;
}

/// A channel whose numbers are neighbors: sixteen sums, which are added in the end.
CARINA_INLINE void add_channel(numbers all, size_t first, size_t count, double *sum, double *square) {
    double sums[LANES] = {0};
    double squares[LANES] = {0};
    const size_t groups = count / LANES;
    add_groups(all, first, groups, LANES, sums, squares);
    for (size_t i = groups * LANES; i < count; i++) {
        const double value = number(all, first + i);
        sums[i % LANES] += value;
        squares[i % LANES] += value * value;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        *sum += sums[lane];
        *square += squares[lane];
    }
}

/// Some places of a block.
CARINA_INLINE void add_places(
    numbers all, size_t first, size_t count, size_t width, double *sum, double *square) {
    size_t channel = 0;
    for (; channel + LANES <= width; channel += LANES) {
        add_groups(all, first + channel, count, width, sum + channel, square + channel);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t rest = channel; rest < width; rest++) {
            const double value = number(all, first + i * width + rest);
            sum[rest] += value;
            square[rest] += value * value;
        }
    }
}

/// An image whose first number is given.
CARINA_INLINE void add_image(
    numbers all, size_t image, size_t blocks, size_t places, size_t width, double *sums) {
    double *squares = sums + blocks * width;
    memset(sums, 0, 2 * blocks * width * sizeof(double));
    for (size_t block = 0; block < blocks; block++) {
        double *sum = sums + block * width;
        double *square = squares + block * width;
        const size_t first = image + block * places * width;
        if (width == 1) {
            add_channel(all, first, places, sum, square);
            continue;
        }
        for (size_t place = 0; place < places; place += PIECE) {
            const size_t count = places - place < PIECE ? places - place : PIECE;
            add_places(all, first + place * width, count, width, sum, square);
        }
    }
}

CARINA_CLONES
void carina_channel_sums(
    const float *images, size_t image_count, size_t blocks, size_t places, size_t width, double *sums) {
    const numbers all = {.start = images, .is_half = false};
    for (size_t i = 0; i < image_count; i++) {
        add_image(all, i * blocks * places * width, blocks, places, width, sums + i * 2 * blocks * width);
    }
}

CARINA_CLONES
void carina_channel_sums_bfloat16(
    const uint16_t *images, size_t image_count, size_t blocks, size_t places, size_t width, double *sums) {
    const numbers all = {.start = images, .is_half = true};
    for (size_t i = 0; i < image_count; i++) {
        add_image(all, i * blocks * places * width, blocks, places, width, sums + i * 2 * blocks * width);
    }
}

void carina_channel_moments(
    const double *sums, size_t image_count, size_t padded, size_t channels, double count, float *means,
    float *variances) {
    for (size_t channel = 0; channel < channels; channel++) {
        double sum = 0;
        double square = 0;
        for (size_t image = 0; image < image_count; image++) {
            sum += sums[2 * image * padded + channel];
            square += sums[(2 * image + 1) * padded + channel];
        }
        const double mean = sum / count;
        const double variance = square / count - mean * mean;
        means[channel] = (float)mean;
        // A NaN stays one.
        variances[channel] = variance < 0 ? 0 : (float)variance;
    }
}
