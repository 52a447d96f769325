#pragma once

// The rows of an image as few_channels.c multiplies them: bfloat16, neighbors packed into words, a few rows
// at a time.
#include <string.h>

#include "clones.h"
#include "few_channels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define BFLOAT16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/// Lanes of a register; a lane is an output channel while multiplying, else a word: two pixels side by side.
enum { LANES = 16 };

/// Two rows of the image, of all channels, that output row y adds to the row above: 2 y and 2 y + 1.
typedef struct {
    /// (channels, words): pixels 2 x and 2 x + 1 at word x.
    uint32_t *even;
    uint32_t *odd;
    /// (channels, stride): pixel 2 x + 1 of both rows at word x + 16; the word before is zero.
    uint32_t *both;
    /// (channels / 2, stride): pixel 2 x + 1 of the odd row of two channels.
    uint32_t *neighbors;
} row_bank;

/// The image's rows on their way.
typedef struct {
    const carina_few_channels_shape *shape;
    const float *source;
    /// Words of a row, a multiple of 16.
    size_t words;
    size_t stride;
    size_t output_height;
    size_t output_width;
    /// Three in turns: one is multiplied with the odd row of the one before, while the next is packed.
    row_bank banks[3];
    /// Above the first row.
    row_bank zeros;
    /// The output row that is being packed, counted over all images, and how many pieces of it are.
    size_t row;
    size_t piece;
} row_stream;

/// Sixteen words of a row; pixels beyond `width` are zero, and not read.
BFLOAT16 CARINA_INLINE __m512i pack(const float *row, size_t start, size_t width) {
    const size_t left = width > start ? width - start : 0;
    const uint32_t mask = left >= 2 * LANES ? UINT32_MAX : (UINT32_C(1) << left) - 1;
    const __m512 first = _mm512_maskz_loadu_ps((__mmask16)mask, row + start);
    const __m512 second = _mm512_maskz_loadu_ps((__mmask16)(mask >> LANES), row + start + LANES);
    return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

/// The upper halves of the words of two.
BFLOAT16 CARINA_INLINE __m512i join(__m512i first, __m512i second) {
    return _mm512_mask_blend_epi16(0xAAAAAAAA, _mm512_srli_epi32(first, 16), second);
}

/// Packs a piece of the row that is next: sixteen words of two channels. Returns false if there is none.
BFLOAT16 CARINA_INLINE bool pack_piece(row_stream *stream) {
    const carina_few_channels_shape *shape = stream->shape;
    const size_t across = stream->words / LANES;
    if (stream->piece == (shape->channels + 1) / 2 * across) {
        return false;
    }
    const row_bank *bank = &stream->banks[stream->row % 3];
    const size_t image = stream->row / stream->output_height;
    const size_t y = 2 * (stream->row % stream->output_height);
    const size_t pair = stream->piece / across;
    const size_t word = stream->piece % across * LANES;
    const size_t plane = shape->height * shape->width;
    const float *even = stream->source + (image * shape->channels + 2 * pair) * plane + y * shape->width;
    // Below the last row of an odd height are zeros.
    const size_t odd_width = y + 1 < shape->height ? shape->width : 0;
    __m512i odds[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (size_t i = 0; i < 2 && 2 * pair + i < shape->channels; i++) {
        const size_t channel = 2 * pair + i;
        const __m512i evens = pack(even + i * plane, 2 * word, shape->width);
        odds[i] = pack(even + i * plane + odd_width, 2 * word, odd_width);
        // The same piece of the next image: far enough ahead for a stream out of memory.
        const uintptr_t next = (uintptr_t)even + 4 * ((shape->channels + i) * plane + 2 * word);
        for (size_t line = 0; line < 2; line++) {
            __builtin_prefetch((const void *)(next + 64 * line), 0, 2);
            __builtin_prefetch((const void *)(next + 4 * odd_width + 64 * line), 0, 2);
        }
        _mm512_storeu_si512(bank->even + channel * stream->words + word, evens);
        _mm512_storeu_si512(bank->odd + channel * stream->words + word, odds[i]);
        _mm512_storeu_si512(bank->both + channel * stream->stride + LANES + word, join(evens, odds[i]));
    }
    _mm512_storeu_si512(bank->neighbors + pair * stream->stride + LANES + word, join(odds[0], odds[1]));
    stream->piece++;
    return true;
}

/// Parts of the scratch memory, zeroed.
CARINA_INLINE void divide(row_stream *stream, uint32_t *scratch) {
    const size_t channels = stream->shape->channels;
    memset(scratch, 0, carina_few_channels_scratch(stream->shape) * sizeof(uint32_t));
    row_bank *banks[4] = {&stream->banks[0], &stream->banks[1], &stream->banks[2], &stream->zeros};
    for (int i = 0; i < 4; i++) {
        banks[i]->even = scratch;
        banks[i]->odd = banks[i]->even + channels * stream->words;
        banks[i]->both = banks[i]->odd + channels * stream->words;
        banks[i]->neighbors = banks[i]->both + channels * stream->stride;
        scratch = banks[i]->neighbors + (channels + 1) / 2 * stream->stride;
    }
}
#endif
