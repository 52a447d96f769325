#include "few_channels.h"

#include "few_channels_rows.h"

#if defined(__x86_64__)

/// Output pixels at once: with 32 output channels their sums fill half of the registers.
enum { PIXELS = 8 };

CARINA_INLINE size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/// Adds one pair of each pixel, for `groups` times 16 output channels.
BFLOAT16 CARINA_INLINE void multiply_add(
    __m512 *sums, const uint32_t *words, const uint32_t *weights, size_t group_size, const int groups) {
    __m512bh factors[2];
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) {
        factors[g] = (__m512bh)_mm512_loadu_si512(weights + (size_t)g * group_size);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < PIXELS; i++) {
        const __m512bh pair = (__m512bh)_mm512_set1_epi32((int)words[i]);
#pragma clang loop unroll(full)
        for (int g = 0; g < groups; g++) {
            sums[g * PIXELS + i] = _mm512_dpbf16_ps(sums[g * PIXELS + i], factors[g], pair);
        }
    }
}

BFLOAT16 CARINA_INLINE __m512 widened(__m256i halves) {
    return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
}

/// What a block of output pixels is made of.
typedef struct {
    const row_bank *above;
    const row_bank *bank;
    const uint32_t *weights;
    const float *bias;
    bool adds;
    bool has_relu;
} block_terms;

/// Rounds and writes one output pixel; the sums of further channels lie `PIXELS` behind.
BFLOAT16 CARINA_INLINE void write_pixel(
    const __m512 *sums, const block_terms *terms, uint16_t *place, const int groups) {
    const __mmask32 mask = groups == 2 ? UINT32_MAX : UINT16_MAX;
    __m512 first = sums[0];
    __m512 second = groups == 2 ? sums[PIXELS] : _mm512_setzero_ps();
    if (terms->adds) {
        const __m512i before = _mm512_maskz_loadu_epi16(mask, place);
        first = _mm512_add_ps(first, widened(_mm512_castsi512_si256(before)));
        second = _mm512_add_ps(second, widened(_mm512_extracti64x4_epi64(before, 1)));
    }
    __m512i rounded = (__m512i)_mm512_cvtne2ps_pbh(second, first);
    if (terms->has_relu) {
        // A bfloat16 below zero is one as an integer too.
        rounded = _mm512_max_epi16(rounded, _mm512_setzero_si512());
    }
    if (groups == 2) {
        _mm512_storeu_si512(place, rounded);
    } else {
        _mm256_storeu_si256((__m256i *)place, _mm512_castsi512_si256(rounded));
    }
}

/// Writes up to eight output pixels from x on, for `groups` times 16 output channels.
BFLOAT16 CARINA_INLINE void convolve_block(
    const row_stream *stream, const block_terms *terms, size_t x, uint16_t *result, const int groups) {
    const size_t channels = stream->shape->channels;
    const size_t group_size = carina_few_channels_pairs(channels) * LANES;
    __m512 sums[2 * PIXELS];
#pragma clang loop unroll(full)
    for (int i = 0; i < groups * PIXELS; i++) {
        sums[i] = _mm512_loadu_ps(terms->bias + i / PIXELS * LANES);
    }
    const uint32_t *above = terms->above->odd + x;
    const uint32_t *even = terms->bank->even + x;
    const uint32_t *odd = terms->bank->odd + x;
    const uint32_t *both = terms->bank->both + LANES + x - 1;
    const uint32_t *neighbors = terms->above->neighbors + LANES + x - 1;
    const uint32_t *weights = terms->weights;
#pragma clang loop unroll(disable)
    for (size_t channel = 0; channel < channels; channel++) {
        multiply_add(sums, above, weights, group_size, groups);
        multiply_add(sums, even, weights + LANES, group_size, groups);
        multiply_add(sums, odd, weights + 2 * LANES, group_size, groups);
        multiply_add(sums, both, weights + 3 * LANES, group_size, groups);
        above += stream->words;
        even += stream->words;
        odd += stream->words;
        both += stream->stride;
        weights += 4 * LANES;
    }
#pragma clang loop unroll(disable)
    for (size_t channel = 0; channel < channels; channel += 2) {
        multiply_add(sums, neighbors, weights, group_size, groups);
        neighbors += stream->stride;
        weights += LANES;
    }
    const size_t count = smaller(PIXELS, stream->output_width - x);
    const size_t outputs = stream->shape->outputs;
    result += x * outputs;
#pragma clang loop unroll(full)
    for (size_t pixel = 0; pixel < PIXELS; pixel++) {
        if (pixel < count) {
            write_pixel(&sums[pixel], terms, result, groups);
            result += outputs;
        }
    }
}

/// One output row of `groups` times 16 channels, and between its blocks some pieces of the next row: the
/// processor packs while it waits for products.
BFLOAT16 CARINA_INLINE void convolve_row(
    row_stream *stream, const block_terms *terms, uint16_t *result, size_t pieces,
    const int groups) {
    for (size_t x = 0; x < stream->output_width; x += PIXELS) {
        convolve_block(stream, terms, x, result, groups);
        for (size_t i = 0; i < pieces && pack_piece(stream); i++) {
        }
    }
}

BFLOAT16 void carina_convolve_few_channels(
    const carina_few_channels_shape *shape, const float *source, const uint16_t *weights, const float *bias,
    bool adds, bool has_relu, void *scratch, uint16_t *result) {
    const size_t height = (shape->height + 1) / 2;
    const size_t width = (shape->width + 1) / 2;
    const size_t words = (width + LANES - 1) / LANES * LANES;
    row_stream stream = {
        .shape = shape, .source = source, .words = words, .stride = words + LANES,
        .output_height = height, .output_width = width};
    divide(&stream, scratch);
    const size_t group_size = carina_few_channels_pairs(shape->channels) * LANES;
    const size_t blocks = (width + PIXELS - 1) / PIXELS;
    const size_t pieces = ((shape->channels + 1) / 2 * (words / LANES) + blocks - 1) / blocks;
    while (pack_piece(&stream)) {
    }
    for (size_t row = 0; row < shape->batch * height; row++) {
        block_terms terms = {
            .above = row % height == 0 ? &stream.zeros : &stream.banks[(row + 2) % 3],
            .bank = &stream.banks[row % 3], .adds = adds, .has_relu = has_relu};
        if (row + 1 < shape->batch * height) {
            stream.row = row + 1;
            stream.piece = 0;
        }
        for (size_t output = 0; output < shape->outputs; output += 2 * LANES) {
            terms.weights = (const uint32_t *)weights + output / LANES * group_size;
            terms.bias = bias + output;
            uint16_t *place = result + row * width * shape->outputs + output;
            if (output + LANES < shape->outputs) {
                convolve_row(&stream, &terms, place, pieces, 2);
            } else {
                convolve_row(&stream, &terms, place, pieces, 1);
            }
        }
    }
}

bool carina_multiplies_bfloat16(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw");
}
#else
bool carina_multiplies_bfloat16(void) {
    return false;
}

void carina_convolve_few_channels(
    const carina_few_channels_shape *shape, const float *source, const uint16_t *weights, const float *bias,
    bool adds, bool has_relu, void *scratch, uint16_t *result) {
    __builtin_trap();
}
#endif
