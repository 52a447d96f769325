#include "distance.h"

#include "clones.h"

// A fused multiply-add rounds once where the definition rounds twice: forbidden in this file.
#pragma STDC FP_CONTRACT OFF

#define CARINA_LANES 16

/// Sixteen floats; the compiler maps them to one, two or four registers without changing the order.
typedef float carina_lanes __attribute__((vector_size(CARINA_LANES * sizeof(float)), aligned(4)));

// Inlined into every clone, so that each is compiled for its own instruction set.
CARINA_INLINE float fixed_order_sum(const float *a, const float *b, size_t count) {
    carina_lanes sum = {0};
    const size_t whole = count - count % CARINA_LANES;
    for (size_t i = 0; i < whole; i += CARINA_LANES) {
        const carina_lanes difference = *(const carina_lanes *)(a + i) - *(const carina_lanes *)(b + i);
        sum += difference * difference;
    }
    for (size_t i = whole; i < count; i++) {
        const float difference = a[i] - b[i];
        sum[i - whole] += difference * difference;
    }
    for (size_t width = CARINA_LANES / 2; width > 0; width /= 2) {
        for (size_t lane = 0; lane < width; lane++) {
            sum[lane] += sum[lane + width];
        }
    }
    return sum[0];
}

CARINA_CLONES
float carina_squared_distance(const float *a, const float *b, size_t count) {
    return fixed_order_sum(a, b, count);
}

CARINA_CLONES
void carina_squared_distances(
    const float *query, const float *rows, size_t row_count, size_t dimension, float *output) {
    for (size_t row = 0; row < row_count; row++) {
        output[row] = fixed_order_sum(query, rows + row * dimension, dimension);
    }
}

CARINA_CLONES
void carina_part_squared_distances(
    const float *query, const float *rows, size_t row_count, const uint32_t *part_ends, size_t part_count,
    float *output) {
    const size_t dimension = part_count == 0 ? 0 : part_ends[part_count - 1];
    for (size_t row = 0; row < row_count; row++) {
        size_t start = 0;
        for (size_t part = 0; part < part_count; part++) {
            const size_t end = part_ends[part];
            output[row * part_count + part] =
                fixed_order_sum(query + start, rows + row * dimension + start, end - start);
            start = end;
        }
    }
}

CARINA_CLONES
void carina_chosen_part_squared_distances(
    const float *query, const float *rows, const uint32_t *chosen, size_t chosen_count,
    const uint32_t *part_ends, size_t part_count, float *output) {
    enum { ahead = 6 };
    const size_t dimension = part_count == 0 ? 0 : part_ends[part_count - 1];
    for (size_t i = 0; i < chosen_count; i++) {
        if (i + ahead < chosen_count) {
            const char *next = (const char *)(rows + chosen[i + ahead] * dimension);
            for (size_t offset = 0; offset < dimension * sizeof(float); offset += 64) {
                __builtin_prefetch(next + offset, 0, 3);
            }
        }
        const float *row = rows + chosen[i] * dimension;
        size_t start = 0;
        for (size_t part = 0; part < part_count; part++) {
            const size_t end = part_ends[part];
            output[chosen[i] * part_count + part] = fixed_order_sum(query + start, row + start, end - start);
            start = end;
        }
    }
}

CARINA_CLONES
float carina_weighted_squared_distance(
    const float *query, const float *row, const uint32_t *part_ends, const float *weights, size_t part_count,
    float limit) {
    float sum = 0;
    size_t start = 0;
    for (size_t part = 0; part < part_count && !(sum > limit); part++) {
        const size_t end = part_ends[part];
        // A part that counts for nothing adds +0, which changes no bit: it need not be read.
        if (weights[part] > 0) {
            sum += weights[part] * fixed_order_sum(query + start, row + start, end - start);
        }
        start = end;
    }
    return sum;
}

// MARK: One level at a time, for tests

static float squared_distance_baseline(const float *a, const float *b, size_t count) {
    return fixed_order_sum(a, b, count);
}

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v3")))
static float squared_distance_v3(const float *a, const float *b, size_t count) {
    return fixed_order_sum(a, b, count);
}

__attribute__((target("arch=x86-64-v4")))
static float squared_distance_v4(const float *a, const float *b, size_t count) {
    return fixed_order_sum(a, b, count);
}

size_t carina_distance_level_count(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) {
        return 3;
    }
    return __builtin_cpu_supports("x86-64-v3") ? 2 : 1;
}

float carina_squared_distance_at_level(size_t level, const float *a, const float *b, size_t count) {
    switch (level) {
    case 2: return squared_distance_v4(a, b, count);
    case 1: return squared_distance_v3(a, b, count);
    default: return squared_distance_baseline(a, b, count);
    }
}
#else
size_t carina_distance_level_count(void) {
    return 1;
}

float carina_squared_distance_at_level(size_t level, const float *a, const float *b, size_t count) {
    (void)level;
    return squared_distance_baseline(a, b, count);
}
#endif
