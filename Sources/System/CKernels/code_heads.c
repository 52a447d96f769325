#include <float.h>
#include <math.h>
#include <string.h>

#include "code_gather.h"
#include "code_lanes.h"

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
                __builtin_prefetch(block + ahead * block_bytes + line, 0, 2);
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
