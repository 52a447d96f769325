#pragma once

// What the kernels of codes share: sixteen lanes, one for each vector of a block.
#include "clones.h"
#include "codes.h"

#define PLANES (CARINA_HEAD_POSITIONS / 8)
#define LANES CARINA_BLOCK_VECTORS

typedef float f16x __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16x __attribute__((vector_size(64), aligned(4)));
typedef uint16_t words_t __attribute__((vector_size(64), aligned(2)));
typedef int16_t factors_t __attribute__((vector_size(64), aligned(2)));
typedef uint8_t bytes_t __attribute__((vector_size(16), aligned(1)));

/// Adds the products of neighboring lanes: one instruction on every level.
CARINA_INLINE void multiply_add(i16x *sum, const words_t *codes, const factors_t *factors) {
    typedef int32_t wide_t __attribute__((vector_size(128)));
    const wide_t products =
        __builtin_convertvector((factors_t)*codes, wide_t) * __builtin_convertvector(*factors, wide_t);
    const i16x even =
        __builtin_shufflevector(products, products, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const i16x odd =
        __builtin_shufflevector(products, products, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    *sum += even + odd;
}

/// Sixteen numbers of which the upper half is there.
CARINA_INLINE void widen(f16x *wide, const uint16_t *numbers) {
    typedef uint16_t half_t __attribute__((vector_size(32), aligned(2)));
    typedef uint32_t bits_t __attribute__((vector_size(64)));
    *wide = (f16x)(__builtin_convertvector(*(const half_t *)numbers, bits_t) << 16);
}

CARINA_INLINE float sum_of(const f16x *lanes) {
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
        sum += (*lanes)[lane];
    }
    return sum;
}
