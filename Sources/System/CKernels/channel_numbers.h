#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"

// Tensors of floats or of bfloat16, sixteen numbers at once.

enum { LANES = 16 };

typedef uint16_t halves __attribute__((vector_size(LANES * sizeof(uint16_t)), aligned(2)));
typedef uint32_t words __attribute__((vector_size(LANES * sizeof(uint32_t)), aligned(4)));
typedef float floats __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));

/// Floats, or the upper halves of floats.
typedef struct {
    const void *start;
    bool is_half;
} numbers;

CARINA_INLINE float single(numbers all, size_t index) {
    if (!all.is_half) {
        return ((const float *)all.start)[index];
    }
    const uint32_t bits = (uint32_t)((const uint16_t *)all.start)[index] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CARINA_INLINE double number(numbers all, size_t index) { return single(all, index); }

/// Sixteen neighbors.
CARINA_INLINE void read_group(numbers all, size_t index, floats *group) {
    if (all.is_half) {
        const halves half = *(const halves *)((const uint16_t *)all.start + index);
        *group = (floats)(__builtin_convertvector(half, words) << 16);
    } else {
        *group = *(const floats *)((const float *)all.start + index);
    }
}

/// The upper halves of floats: rounded to the nearest, ties to even; a NaN stays one.
CARINA_INLINE void round_group(const floats *group, halves *half) {
    const words bits = (words)*group;
    const words is_nan = (words)(*group != *group);
    const words near = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    *half = __builtin_convertvector((near & ~is_nan) | (0x7FC0 & is_nan), halves);
}

/// Overwrites sixteen neighbors.
CARINA_INLINE void write_group(numbers all, size_t index, const floats *group) {
    if (all.is_half) {
        round_group(group, (halves *)((uint16_t *)all.start + index));
    } else {
        *(floats *)((float *)all.start + index) = *group;
    }
}

/// Up to sixteen neighbors, zeros behind them.
CARINA_INLINE void read_up_to(numbers all, size_t index, size_t count, floats *group) {
    if (count == LANES) {
        read_group(all, index, group);
        return;
    }
    float some[LANES] = {0};
    for (size_t lane = 0; lane < count; lane++) {
        some[lane] = single(all, index + lane);
    }
    *group = *(const floats *)some;
}

/// Overwrites up to sixteen neighbors.
CARINA_INLINE void write_up_to(numbers all, size_t index, size_t count, const floats *group) {
    if (count == LANES) {
        write_group(all, index, group);
    } else if (all.is_half) {
        halves half;
        round_group(group, &half);
        memcpy((uint16_t *)all.start + index, &half, count * sizeof(uint16_t));
    } else {
        memcpy((float *)all.start + index, group, count * sizeof(float));
    }
}
