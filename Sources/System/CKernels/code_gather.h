#pragma once

// Which lanes of scored blocks are left, gathered behind one another.
#include "code_lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// One bit a lane that is not zero.
CARINA_INLINE uint32_t bits_of(const i16x *lanes) {
    typedef int8_t flags_t __attribute__((vector_size(16)));
    const flags_t flags = __builtin_convertvector(*lanes, flags_t);
#if defined(__x86_64__)
    return (uint32_t)_mm_movemask_epi8((__m128i)flags);
#else
    uint32_t bits = 0;
    for (int lane = 0; lane < LANES; lane++) {
        bits |= (uint32_t)(flags[lane] & 1) << lane;
    }
    return bits;
#endif
}

/// Blocks that are scored before what is left of them is gathered, which saves mispredicted branches.
#define GATHERED_BLOCKS 32

/// The lanes that are left of a few blocks.
typedef struct {
    float scores[GATHERED_BLOCKS][LANES];
    uint32_t first_slots[GATHERED_BLOCKS];
    uint32_t left[GATHERED_BLOCKS];
    size_t count;
} scored_blocks;

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v4")))
static size_t gather_v4(const scored_blocks *blocks, uint32_t *slots, float *scores) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t found = 0;
    for (size_t b = 0; b < blocks->count; b++) {
        const __mmask16 left = (__mmask16)blocks->left[b];
        const __m512i numbers = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)blocks->first_slots[b]));
        // Whole registers: there is room for a block more than is found.
        _mm512_storeu_si512(slots + found, _mm512_maskz_compress_epi32(left, numbers));
        _mm512_storeu_ps(scores + found, _mm512_maskz_compress_ps(left, _mm512_loadu_ps(blocks->scores[b])));
        found += (size_t)__builtin_popcount(left);
    }
    return found;
}
#endif

/// Writes the slots and scores that are left behind one another; there is room for 16 more.
static size_t gather(const scored_blocks *blocks, uint32_t *slots, float *scores) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) {
        return gather_v4(blocks, slots, scores);
    }
#endif
    size_t found = 0;
    for (size_t b = 0; b < blocks->count; b++) {
        for (uint32_t left = blocks->left[b]; left != 0; left &= left - 1) {
            const unsigned lane = (unsigned)__builtin_ctz(left);
            slots[found] = blocks->first_slots[b] + lane;
            scores[found] = blocks->scores[b][lane];
            found++;
        }
    }
    return found;
}
