#include "codes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "clones.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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
    const wide_t products = __builtin_convertvector((factors_t)*codes, wide_t) * __builtin_convertvector(*factors, wide_t);
    *sum += __builtin_shufflevector(products, products, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
        + __builtin_shufflevector(products, products, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
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

CARINA_CLONES
void carina_query_factors(
    const float *query, const uint16_t *center, const uint16_t *steps, const float *weights, size_t count,
    int16_t *factors, carina_query_terms *terms) {
    f16x largest = {0}, head = {0}, tail = {0}, head_sum = {0}, tail_sum = {0}, magnitude = {0}, square = {0};
    for (size_t p = 0; p < count; p += LANES) {
        f16x middle, step;
        widen(&middle, center + p);
        widen(&step, steps + p);
        const f16x offset = *(const f16x *)(query + p) - middle;
        const f16x weighted = *(const f16x *)(weights + p) * offset;
        const f16x factor = weighted * step;
        const f16x absolute = __builtin_elementwise_abs(factor);
        largest = __builtin_elementwise_max(largest, absolute);
        magnitude += absolute;
        if (p < CARINA_HEAD_POSITIONS) {
            head += weighted * offset;
            head_sum += factor;
        } else {
            tail += weighted * offset;
            tail_sum += factor;
            square += offset * offset;
        }
    }
    float most = 0;
    for (int lane = 0; lane < LANES; lane++) {
        most = largest[lane] > most ? largest[lane] : most;
    }
    // The least normal number keeps the division finite; factors of nothing are zero then.
    const float scale = most / 32000.0f > 0x1p-126f ? most / 32000.0f : 0x1p-126f;
    const float inverse = 1 / scale;
    for (size_t p = 0; p < count; p += LANES) {
        f16x middle, step;
        widen(&middle, center + p);
        widen(&step, steps + p);
        const f16x offset = *(const f16x *)(query + p) - middle;
        const f16x factor = *(const f16x *)(weights + p) * offset * step;
        const f16x rounded = __builtin_elementwise_rint(factor * inverse);
        typedef int16_t half_t __attribute__((vector_size(32), aligned(2)));
        *(half_t *)(factors + p) = __builtin_convertvector(__builtin_convertvector(rounded, i16x), half_t);
    }
    const float heads = sum_of(&head), tails = sum_of(&tail), total = sum_of(&magnitude);
    terms->scale = scale;
    terms->head_base = heads + 15 * sum_of(&head_sum);
    terms->tail_base = tails + 15 * sum_of(&tail_sum);
    // Half a unit of scale for each factor, and less than a hundredth for the rounded inverse, times 7.5, twice;
    // and the roundings of sums of count / 16 terms.
    const float unit = (16 + (float)count / LANES) * 0x1p-22f;
    // The last term covers what is too small to be squared.
    terms->slack = 7.7f * (float)count * scale + unit * (heads + tails + 30 * total) + 1e-36f;
    const float length = sqrtf(sum_of(&square));
    terms->tail_low = length * (1 - unit) - 1e-18f;
    terms->tail_high = length * (1 + unit) + 1e-18f;
}

CARINA_CLONES
size_t carina_keep_rings(
    const uint16_t *extents, float scale, size_t ring_count, size_t closed_count, const float *low,
    const float *high, const float *weights, size_t part_count, float least_weight, float limit,
    uint16_t *masks, size_t block_count) {
    enum { chunk = 64 };
    for (size_t start = 0; start < closed_count; start += chunk) {
        const size_t size = closed_count - start < chunk ? closed_count - start : chunk;
        float sums[chunk] = {0};
        for (size_t part = 0; part <= part_count; part++) {
            const uint16_t *lows = extents + part * 2 * ring_count + start;
            const uint16_t *highs = lows + ring_count;
            const float weight = part < part_count ? weights[part] : least_weight;
            const float from = low[part], to = high[part];
            for (size_t b = 0; b < size; b++) {
                const float below = scale * (float)lows[b] - to, above = from - scale * (float)highs[b];
                float gap = below > above ? below : above;
                gap = gap > 0 ? gap : 0;
                const float square = weight * gap * gap;
                // The last row is of the whole distance: a bound of its own.
                sums[b] = part < part_count ? sums[b] + square : (sums[b] > square ? sums[b] : square);
            }
        }
        for (size_t b = 0; b < size; b++) {
            masks[start + b] = sums[b] > limit ? 0 : masks[start + b];
        }
    }
    size_t lanes = 0;
    for (size_t b = 0; b < block_count; b++) {
        lanes += (size_t)__builtin_popcount(masks[b]);
    }
    return lanes;
}

/// What a scan of heads needs of every block, found once.
typedef struct {
    factors_t pairs[PLANES * 4];
    size_t header;
    float twice;
} head_query;

CARINA_INLINE void prepare_heads(
    head_query *query, const int16_t *factors, const carina_query_terms *terms, size_t block_bytes) {
    for (int pair = 0; pair < PLANES * 4; pair++) {
        int32_t both;
        memcpy(&both, factors + 2 * pair, sizeof both);
        query->pairs[pair] = (factors_t)((i16x){0} + both);
    }
    query->header = block_bytes - PLANES * 64;
    query->twice = -2 * terms->scale;
}

/// The scores of a block's heads: squared distances but for the base. `lengths` (P): weights times scales.
CARINA_INLINE void score_heads(
    f16x *score, const uint8_t *block, const head_query *query, const float *scales, const float *part_weights,
    size_t part_count) {
    i16x sum = {0};
    for (int plane = 0; plane < PLANES; plane++) {
        const words_t words = *(const words_t *)(block + query->header + plane * 64);
        for (int nibble = 0; nibble < 4; nibble++) {
            const words_t codes = (words >> (4 * nibble)) & 15;
            multiply_add(&sum, &codes, &query->pairs[plane * 4 + nibble]);
        }
    }
    *score = __builtin_convertvector(sum, f16x) * query->twice;
    for (size_t part = 0; part < part_count; part++) {
        const bytes_t lengths = *(const bytes_t *)(block + (1 + part) * LANES);
        *score += __builtin_convertvector(lengths, f16x) * (part_weights[part] * scales[1 + part]);
    }
}

/// What is looked for in tails before they are read.
typedef struct {
    float low;
    float high;
    float scale;
    float weight;
} tail_query;

CARINA_INLINE void prepare_tails(
    tail_query *query, const carina_query_terms *terms, const carina_code_reach *reach, float scale) {
    query->low = terms->tail_low - reach->image_error;
    query->high = terms->tail_high + reach->image_error;
    query->scale = scale;
    // Less by more than what the gaps and their squares are rounded by.
    query->weight = reach->least_weight * (1 - 0x1p-19f);
}

/// Squared distances that the tails of a block have at least: vectors and query are not equally far from the
/// center.
CARINA_INLINE void tail_gaps(f16x *squares, const uint8_t *row, const tail_query *query) {
    const f16x nearest = __builtin_convertvector(*(const bytes_t *)row, f16x) * query->scale;
    const f16x below = nearest * (1 - 0x1p-20f) - query->high;
    const f16x above = query->low - (nearest + 1.5f * query->scale) * (1 + 0x1p-20f);
    const f16x gap = __builtin_elementwise_max(__builtin_elementwise_max(below, above), (f16x){0});
    // Finite, so that a difference to it is a number.
    *squares = __builtin_elementwise_min(gap * gap * query->weight, (f16x){0} + FLT_MAX);
}

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

/// What rules a lane of a head out.
typedef struct {
    tail_query tail;
    /// The squared radius, and what a score lacks.
    float base;
    float twice_radius;
    float inverse_radius;
    float error_scale;
} head_limit;

CARINA_INLINE void prepare_limit(
    head_limit *limit, const carina_query_terms *terms, const carina_code_reach *reach, const float *scales,
    size_t part_count) {
    prepare_tails(&limit->tail, terms, reach, scales[1 + part_count]);
    // Raised by more than the roundings of the limit's sums.
    limit->base = reach->radius * reach->radius * (1 + 0x1p-19f) + (terms->slack - terms->head_base);
    limit->twice_radius = 2 * reach->radius * (1 + 0x1p-19f);
    limit->inverse_radius = 1 / reach->radius * (1 - 0x1p-20f);
    limit->error_scale = reach->error_weight * scales[0] * (1 + 0x1p-20f);
}

/// Lanes whose score is above base + rest + error * (2 * sqrt(rest) + error), where rest = radius^2 - gap^2; the
/// root is at most radius - gap^2 / (2 * radius). A gap above the radius rules out whatever comes of it.
CARINA_INLINE uint32_t lanes_beyond(
    const f16x *score, const uint8_t *block, const head_limit *limit, size_t part_count) {
    const bytes_t errors = *(const bytes_t *)block;
    const f16x error = limit->error_scale * __builtin_convertvector(errors, f16x);
    f16x gaps;
    tail_gaps(&gaps, block + (1 + part_count) * LANES, &limit->tail);
    const f16x twice_root = limit->twice_radius - gaps * limit->inverse_radius;
    // Not above, rather than at most: where something overflowed, nothing is proven. 255: no bound at all.
    const i16x out = (*score > (limit->base - gaps) + error * (twice_root + error))
        & (__builtin_convertvector(errors, i16x) < 255);
    return bits_of(&out);
}

CARINA_INLINE size_t scan_heads(
    const uint8_t *blocks, size_t block_bytes, const uint16_t *masks, size_t block_count,
    const head_query *query, const head_limit *limit, const float *scales, const float *part_weights,
    size_t part_count, uint32_t *slots, float *scores) {
    enum { ahead = 6 };
    scored_blocks scored;
    scored.count = 0;
    size_t found = 0;
    for (size_t b = 0; b < block_count; b++) {
        if (masks[b] == 0) {
            continue;
        }
        const uint8_t *block = blocks + b * block_bytes;
        // What is not looked at is not fetched either: every line counts.
        if (b + ahead < block_count && masks[b + ahead] != 0) {
            for (size_t line = 0; line < block_bytes; line += 64) {
                __builtin_prefetch(block + ahead * block_bytes + line, 0, 3);
            }
        }
        f16x score;
        score_heads(&score, block, query, scales, part_weights, part_count);
        *(f16x *)scored.scores[scored.count] = score;
        scored.first_slots[scored.count] = (uint32_t)(b * LANES);
        scored.left[scored.count] = masks[b] & ~lanes_beyond(&score, block, limit, part_count);
        scored.count++;
        if (scored.count == GATHERED_BLOCKS) {
            found += gather(&scored, slots + found, scores + found);
            scored.count = 0;
        }
    }
    return found + gather(&scored, slots + found, scores + found);
}

CARINA_CLONES
size_t carina_scan_heads(
    const uint8_t *blocks, size_t block_bytes, const uint16_t *masks, size_t block_count,
    const int16_t *factors, const carina_query_terms *terms, const float *scales, const float *part_weights,
    size_t part_count, const carina_code_reach *reach, uint32_t *slots, float *scores) {
    head_query query;
    prepare_heads(&query, factors, terms, block_bytes);
    head_limit limit;
    prepare_limit(&limit, terms, reach, scales, part_count);
    // The most frequent count is known to its copy of the loop.
    return part_count == 2
        ? scan_heads(blocks, 320, masks, block_count, &query, &limit, scales, part_weights, 2, slots, scores)
        : scan_heads(
            blocks, block_bytes, masks, block_count, &query, &limit, scales, part_weights, part_count, slots,
            scores);
}

CARINA_CLONES
void carina_head_bounds(
    const uint8_t *blocks, size_t block_bytes, size_t block_count, const int16_t *factors,
    const carina_query_terms *terms, const float *scales, const float *part_weights, size_t part_count,
    const carina_code_reach *reach, float *bounds) {
    head_query query;
    prepare_heads(&query, factors, terms, block_bytes);
    tail_query tail;
    prepare_tails(&tail, terms, reach, scales[1 + part_count]);
    const float base = terms->head_base - terms->slack;
    const float error_scale = reach->error_weight * scales[0] * (1 + 0x1p-20f);
    for (size_t b = 0; b < block_count; b++) {
        const uint8_t *block = blocks + b * block_bytes;
        f16x score;
        score_heads(&score, block, &query, scales, part_weights, part_count);
        const bytes_t errors = *(const bytes_t *)block;
        f16x gaps;
        tail_gaps(&gaps, block + (1 + part_count) * LANES, &tail);
        const f16x square = score + base;
        const f16x positive = __builtin_elementwise_max(square, (f16x){0});
        const f16x root = __builtin_elementwise_sqrt(positive) * (1 - 0x1p-20f);
        const f16x head = root - error_scale * __builtin_convertvector(errors, f16x);
        const f16x least = __builtin_elementwise_max(head, (f16x){0});
        const f16x whole = __builtin_elementwise_sqrt(least * least + gaps) * (1 - 0x1p-20f);
        const i16x is_known = __builtin_convertvector(errors, i16x) < 255;
        *(f16x *)(bounds + b * LANES) = (f16x)((i16x)whole & is_known);
    }
}

CARINA_INLINE size_t scan_tails(
    const uint8_t *tails, size_t tail_bytes, size_t words, const int16_t *tail_factors, float twice,
    float base, const float *part_weights, size_t part_count, const carina_code_reach *reach, uint32_t *slots,
    float *scores, size_t count) {
    enum { ahead = 16 };
    for (size_t i = 0; i < count && i < ahead; i++) {
        __builtin_prefetch(tails + slots[i] * tail_bytes, 0, 3);
    }
    const size_t padded = (words + CARINA_TAIL_GROUP - 1) / CARINA_TAIL_GROUP * CARINA_TAIL_GROUP;
    const float radius = reach->radius, error_weight = reach->error_weight;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + ahead < count) {
            __builtin_prefetch(tails + slots[i + ahead] * tail_bytes, 0, 3);
        }
        const uint32_t slot = slots[i];
        const uint8_t *tail = tails + slot * tail_bytes;
        i16x sum = {0};
        for (size_t w = 0; w < words; w += CARINA_TAIL_GROUP) {
            const words_t group = *(const words_t *)(tail + 2 * w);
            for (int nibble = 0; nibble < 4; nibble++) {
                const words_t codes = (group >> (4 * nibble)) & 15;
                multiply_add(&sum, &codes, (const factors_t *)(tail_factors + nibble * padded + w));
            }
        }
        const float *lengths = (const float *)(tail + 2 * words);
        float score = scores[i] + twice * (float)__builtin_reduce_add(sum);
        for (size_t part = 0; part < part_count; part++) {
            score += part_weights[part] * lengths[part];
        }
        score += base;
        const float error = error_weight * lengths[part_count];
        const float far = radius + error;
        if (score > far * far) {
            continue;
        }
        slots[kept] = slot;
        const float root = __builtin_elementwise_sqrt(score > 0 ? score : 0);
        const float least = root * (1 - 0x1p-20f) - error * (1 + 0x1p-20f);
        scores[kept] = least > 0 ? least : 0;
        kept++;
    }
    return kept;
}

CARINA_CLONES
size_t carina_scan_tails(
    const uint8_t *tails, size_t tail_bytes, size_t words, const int16_t *factors,
    const carina_query_terms *terms, const float *part_weights, size_t part_count,
    const carina_code_reach *reach, uint32_t *slots, float *scores, size_t count) {
    const int16_t *tail_factors = factors + CARINA_HEAD_POSITIONS;
    const float twice = -2 * terms->scale;
    const float base = terms->head_base + terms->tail_base - terms->slack;
    // The most frequent count is known to its copy of the loop.
    return part_count == 2
        ? scan_tails(
            tails, tail_bytes, words, tail_factors, twice, base, part_weights, 2, reach, slots, scores, count)
        : scan_tails(
            tails, tail_bytes, words, tail_factors, twice, base, part_weights, part_count, reach, slots,
            scores, count);
}

CARINA_CLONES
void carina_encode(
    const float *rotated, size_t row_count, size_t count, const float *center, const float *steps,
    const uint16_t *part_of, size_t part_count, uint8_t *codes, float *head_lengths, float *tail_lengths,
    float *head_errors, float *errors, float *tail_distances) {
    for (size_t row = 0; row < row_count; row++) {
        const float *vector = rotated + row * count;
        uint8_t *code = codes + row * count;
        float *head = head_lengths + row * part_count, *tail = tail_lengths + row * part_count;
        memset(head, 0, part_count * sizeof(float));
        memset(tail, 0, part_count * sizeof(float));
        float head_error = 0, tail_error = 0, tail_square = 0;
        for (size_t p = 0; p < count; p++) {
            const float offset = vector[p] - center[p];
            const float step = steps[p];
            float place = step > 0 ? offset / step + 7.5f : 0;
            place = place > 0 ? (place < 15 ? place : 15) : 0;
            code[p] = (uint8_t)(place + 0.5f);
            const float meant = ((float)code[p] - 7.5f) * step;
            const float error = offset - meant;
            if (p < CARINA_HEAD_POSITIONS) {
                head[part_of[p]] += meant * meant;
                head_error += error * error;
            } else {
                tail[part_of[p]] += meant * meant;
                tail_error += error * error;
                tail_square += offset * offset;
            }
        }
        head_errors[row] = sqrtf(head_error);
        errors[row] = sqrtf(head_error + tail_error);
        tail_distances[row] = sqrtf(tail_square);
    }
}
