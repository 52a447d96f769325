#include <math.h>

#include "code_lanes.h"

CARINA_INLINE size_t scan_tails(
    const uint8_t *tails, size_t tail_bytes, size_t words, const int16_t *tail_factors, float twice,
    float base, const float *part_weights, size_t part_count, const carina_code_reach *reach, uint32_t *slots,
    float *scores, size_t count) {
    enum { ahead = 16 };
    for (size_t i = 0; i < count && i < ahead; i++) {
        __builtin_prefetch(tails + slots[i] * tail_bytes, 0, 2);
    }
    const size_t padded = (words + CARINA_TAIL_GROUP - 1) / CARINA_TAIL_GROUP * CARINA_TAIL_GROUP;
    const float radius = reach->radius, error_weight = reach->error_weight;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + ahead < count) {
            __builtin_prefetch(tails + slots[i + ahead] * tail_bytes, 0, 2);
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
