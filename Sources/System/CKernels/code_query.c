#include <math.h>
#include <string.h>

#include "code_lanes.h"

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
