#include "codes.h"

#include <math.h>
#include <string.h>

#include "clones.h"

#if defined(__x86_64__)
#include <emmintrin.h>
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

CARINA_INLINE float sum_of(const f16x *lanes) {
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
        sum += (*lanes)[lane];
    }
    return sum;
}

CARINA_CLONES
void carina_query_factors(
    const float *query, const float *center, const float *steps, const float *weights, size_t count,
    int16_t *factors, carina_query_terms *terms) {
    f16x largest = {0}, head = {0}, tail = {0}, head_sum = {0}, tail_sum = {0}, magnitude = {0};
    for (size_t p = 0; p < count; p += LANES) {
        const f16x offset = *(const f16x *)(query + p) - *(const f16x *)(center + p);
        const f16x weighted = *(const f16x *)(weights + p) * offset;
        const f16x factor = weighted * *(const f16x *)(steps + p);
        const f16x absolute = __builtin_elementwise_abs(factor);
        largest = __builtin_elementwise_max(largest, absolute);
        magnitude += absolute;
        if (p < CARINA_HEAD_POSITIONS) {
            head += weighted * offset;
            head_sum += factor;
        } else {
            tail += weighted * offset;
            tail_sum += factor;
        }
    }
    float most = 0;
    for (int lane = 0; lane < LANES; lane++) {
        most = largest[lane] > most ? largest[lane] : most;
    }
    // The least normal number keeps the division finite; factors of nothing are zero then.
    const float scale = most / 32000.0f > 0x1p-126f ? most / 32000.0f : 0x1p-126f;
    for (size_t p = 0; p < count; p += LANES) {
        const f16x offset = *(const f16x *)(query + p) - *(const f16x *)(center + p);
        const f16x factor = *(const f16x *)(weights + p) * offset * *(const f16x *)(steps + p);
        const f16x rounded = __builtin_elementwise_rint(factor / scale);
        typedef int16_t half_t __attribute__((vector_size(32), aligned(2)));
        *(half_t *)(factors + p) = __builtin_convertvector(__builtin_convertvector(rounded, i16x), half_t);
    }
    const float heads = sum_of(&head), tails = sum_of(&tail), total = sum_of(&magnitude);
    terms->scale = scale;
    terms->head_base = heads + 15 * sum_of(&head_sum);
    terms->tail_base = tails + 15 * sum_of(&tail_sum);
    // Half a unit of scale for each factor, times 7.5, twice; and the roundings of sums of count / 16 terms.
    const float unit = (16 + (float)count / LANES) * 0x1p-22f;
    // The last term covers what is too small to be squared.
    terms->slack = 7.5f * (float)count * scale + unit * (heads + tails + 30 * total) + 1e-36f;
}

CARINA_CLONES
size_t carina_keep_rings(
    const float *extents, size_t ring_count, size_t closed_count, const float *low, const float *high,
    const float *weights, size_t part_count, float least_weight, float limit, uint16_t *masks,
    size_t block_count) {
    enum { chunk = 64 };
    for (size_t start = 0; start < closed_count; start += chunk) {
        const size_t size = closed_count - start < chunk ? closed_count - start : chunk;
        float sums[chunk] = {0};
        for (size_t part = 0; part <= part_count; part++) {
            const float *lows = extents + part * 2 * ring_count + start;
            const float *highs = lows + ring_count;
            const float weight = part < part_count ? weights[part] : least_weight;
            const float from = low[part], to = high[part];
            for (size_t b = 0; b < size; b++) {
                const float below = lows[b] - to, above = from - highs[b];
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

CARINA_CLONES
size_t carina_scan_heads(
    const uint8_t *blocks, size_t block_bytes, const uint16_t *masks, size_t block_count,
    const int16_t *factors, const carina_query_terms *terms, const float *scales, const float *part_weights,
    size_t part_count, float radius, float error_weight, uint32_t *slots, float *scores) {
    enum { ahead = 6 };
    head_query query;
    prepare_heads(&query, factors, terms, block_bytes);
    const float offset = terms->slack - terms->head_base;
    const float error_scale = error_weight * scales[0];
    size_t found = 0;
    for (size_t b = 0; b < block_count; b++) {
        if (masks[b] == 0) {
            continue;
        }
        const uint8_t *block = blocks + b * block_bytes;
        for (size_t line = 0; line < block_bytes; line += 64) {
            __builtin_prefetch(block + ahead * block_bytes + line, 0, 3);
        }
        f16x score;
        score_heads(&score, block, &query, scales, part_weights, part_count);
        const bytes_t errors = *(const bytes_t *)block;
        const f16x reach = radius + error_scale * __builtin_convertvector(errors, f16x);
        // Not above, rather than at most: where something overflowed, nothing is proven. 255: no bound at all.
        const i16x out = (score > reach * reach + offset) & (__builtin_convertvector(errors, i16x) < 255);
        uint32_t left = masks[b] & ~bits_of(&out);
        while (left != 0) {
            const unsigned lane = (unsigned)__builtin_ctz(left);
            left &= left - 1;
            slots[found] = (uint32_t)(b * LANES + lane);
            scores[found] = score[lane];
            found++;
        }
    }
    return found;
}

CARINA_CLONES
void carina_head_bounds(
    const uint8_t *blocks, size_t block_bytes, size_t block_count, const int16_t *factors,
    const carina_query_terms *terms, const float *scales, const float *part_weights, size_t part_count,
    float error_weight, float *bounds) {
    head_query query;
    prepare_heads(&query, factors, terms, block_bytes);
    const float base = terms->head_base - terms->slack;
    const float error_scale = error_weight * scales[0] * (1 + 0x1p-20f);
    for (size_t b = 0; b < block_count; b++) {
        const uint8_t *block = blocks + b * block_bytes;
        f16x score;
        score_heads(&score, block, &query, scales, part_weights, part_count);
        const bytes_t errors = *(const bytes_t *)block;
        for (int lane = 0; lane < LANES; lane++) {
            const float square = score[lane] + base;
            const float root = square > 0 ? sqrtf(square) * (1 - 0x1p-20f) : 0;
            const float least = root - error_scale * (float)errors[lane];
            bounds[b * LANES + (size_t)lane] = least > 0 && errors[lane] < 255 ? least : 0;
        }
    }
}

CARINA_CLONES
size_t carina_scan_tails(
    const uint8_t *tails, size_t tail_bytes, size_t words, const int16_t *factors,
    const carina_query_terms *terms, const float *part_weights, size_t part_count, float radius,
    float error_weight, uint32_t *slots, float *scores, size_t count) {
    enum { ahead = 12 };
    const size_t padded = (words + CARINA_TAIL_GROUP - 1) / CARINA_TAIL_GROUP * CARINA_TAIL_GROUP;
    const int16_t *tail_factors = factors + CARINA_HEAD_POSITIONS;
    const float twice = -2 * terms->scale;
    const float base = terms->head_base + terms->tail_base - terms->slack;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + ahead < count) {
            __builtin_prefetch(tails + slots[i + ahead] * tail_bytes, 0, 3);
        }
        const uint8_t *tail = tails + slots[i] * tail_bytes;
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
        const float reach = radius + error;
        if (score > reach * reach) {
            continue;
        }
        slots[kept] = slots[i];
        const float root = score > 0 ? sqrtf(score) : 0;
        const float least = root * (1 - 0x1p-20f) - error * (1 + 0x1p-20f);
        scores[kept] = least > 0 ? least : 0;
        kept++;
    }
    return kept;
}

CARINA_CLONES
void carina_encode(
    const float *rotated, size_t row_count, size_t count, const float *center, const float *steps,
    const uint16_t *part_of, size_t part_count, uint8_t *codes, float *head_lengths, float *tail_lengths,
    float *head_errors, float *errors) {
    for (size_t row = 0; row < row_count; row++) {
        const float *vector = rotated + row * count;
        uint8_t *code = codes + row * count;
        float *head = head_lengths + row * part_count, *tail = tail_lengths + row * part_count;
        memset(head, 0, part_count * sizeof(float));
        memset(tail, 0, part_count * sizeof(float));
        float head_error = 0, tail_error = 0;
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
            }
        }
        head_errors[row] = sqrtf(head_error);
        errors[row] = sqrtf(head_error + tail_error);
    }
}
