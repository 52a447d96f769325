#include "dense.h"

#include <math.h>

#include "clones.h"

// The order and the roundings are part of the definition: nothing may be fused.
#pragma STDC FP_CONTRACT OFF

static const float carina_adamw_epsilon = 1e-8f;

CARINA_CLONES
void carina_dense(
    const float *input, size_t input_count, const float *weights, float *output, size_t output_count) {
    for (size_t i = 0; i < input_count; i++) {
        const float value = input[i];
        if (value == 0) {
            continue;
        }
        const float *row = weights + i * output_count;
        // Each output has its own sum, so that vectors of any width add in the same order.
        for (size_t j = 0; j < output_count; j++) {
            output[j] += value * row[j];
        }
    }
}

CARINA_CLONES
void carina_adamw(
    float *restrict parameters, const float *restrict gradients, float *restrict means,
    float *restrict squares, size_t count, float rate, float mean_share, float square_share,
    float mean_correction, float square_correction, float decay) {
    for (size_t i = 0; i < count; i++) {
        const float gradient = gradients[i];
        const float mean = mean_share * means[i] + (1 - mean_share) * gradient;
        const float square = square_share * squares[i] + (1 - square_share) * (gradient * gradient);
        means[i] = mean;
        squares[i] = square;
        // Not sqrtf, whose errno keeps the loop from being done in vectors.
        const float root = __builtin_elementwise_sqrt(square / square_correction);
        const float step = mean / mean_correction / (root + carina_adamw_epsilon);
        parameters[i] -= rate * (step + decay * parameters[i]);
    }
}
