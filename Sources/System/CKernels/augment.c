#include "augment.h"

#include <string.h>

#include "clones.h"

// The bits are the same on every CPU: nothing may be fused.
#pragma STDC FP_CONTRACT OFF

CARINA_CLONES
void carina_affine_places(const float *map, size_t height, size_t width, float *places) {
    const float across = (float)width;
    for (size_t row = 0; row < height; row++) {
        const float y = (float)(2 * row + 1) / (float)height - 1;
        // Of the whole row.
        const float x_part = map[1] * y;
        const float y_part = map[4] * y;
        float *output = places + 2 * row * width;
        for (uint32_t column = 0; column < (uint32_t)width; column++) {
            const float x = (float)(int32_t)(2 * column + 1) / across - 1;
            output[2 * column] = map[0] * x + x_part + map[2];
            output[2 * column + 1] = map[3] * x + y_part + map[5];
        }
    }
}

CARINA_INLINE float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CARINA_CLONES
void carina_widen_halves(const uint16_t *halves, size_t count, float *output) {
    // A float's exponent counts from 112 further down than a half's.
    const uint32_t shift = 112u << 23;
    // 2^-14: the smallest half that is not subnormal.
    const float smallest = float_of_bits(113u << 23);
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = halves[i];
        const uint32_t magnitude = (bits & 0x7FFF) << 13;
        const float normal = float_of_bits(magnitude + shift);
        // No subnormal float on the way, which would be slow: the digits of 2^-14 plus the value.
        const float subnormal = float_of_bits((magnitude & 0x007FFFFF) + (113u << 23)) - smallest;
        const float value = magnitude >> 23 != 0 ? normal : subnormal;
        output[i] = bits & 0x8000 ? -value : value;
    }
}

CARINA_CLONES
void carina_change_contrast(float *values, size_t count, float curve, float gain, float offset) {
    for (size_t i = 0; i < count; i++) {
        const float value = values[i];
        values[i] = (value + curve * value * (1 - value)) * gain + offset;
    }
}

CARINA_CLONES
void carina_blur(float *plane, size_t height, size_t width, float *scratch) {
    const float share = 1.0f / 9.0f;
    for (size_t row = 0; row < height; row++) {
        const float *middle = plane + row * width;
        const float *above = row > 0 ? middle - width : middle;
        const float *below = row + 1 < height ? middle + width : middle;
        float *sums = scratch + row * width;
        for (size_t i = 0; i < width; i++) {
            sums[i] = above[i] + middle[i] + below[i];
        }
    }
    const size_t last = width - 1;
    for (size_t row = 0; row < height; row++) {
        const float *sums = scratch + row * width;
        float *output = plane + row * width;
        output[0] = (sums[0] + sums[0] + sums[last > 0 ? 1 : 0]) * share;
        for (size_t i = 1; i < last; i++) {
            output[i] = (sums[i - 1] + sums[i] + sums[i + 1]) * share;
        }
        if (last > 0) {
            output[last] = (sums[last - 1] + sums[last] + sums[last]) * share;
        }
    }
}

/// Word number `index`, from 1, of SplitMix64.
CARINA_INLINE uint64_t split_mix(uint64_t seed, uint64_t index) {
    uint64_t mixed = seed + index * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

CARINA_CLONES
void carina_add_noise(float *values, size_t count, uint64_t seed, float deviation) {
    // 1 / sqrt(43690).
    const float scale = deviation * 0.0047841953f;
    for (size_t i = 0; i < count; i++) {
        const uint64_t word = split_mix(seed, i + 1);
        // Sums of two bytes in each sixteen bits, then all four of them in the uppermost.
        const uint64_t pairs = (word & 0x00FF00FF00FF00FFu) + ((word >> 8) & 0x00FF00FF00FF00FFu);
        const uint64_t fours = pairs + (pairs >> 32);
        const int32_t sum = (int32_t)((fours + (fours >> 16)) & 0xFFFF);
        const float value = values[i] + scale * (float)(sum - 1020);
        // Written so that what is not a number becomes 0.
        const float above = value > 0 ? value : 0;
        values[i] = above < 1 ? above : 1;
    }
}
