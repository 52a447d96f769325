#pragma once

#include <stddef.h>

// Dense layers of one vector whose bits are the same on every CPU: a stored embedding and that of the same slice
// asked for on another machine must be equal, which a BLAS does not promise.

/// Adds a dense layer's products: output[j] += sum over ascending i of input[i] * weights[i * output_count + j],
/// product and sum each rounded to float. Inputs that are exactly zero are skipped.
void carina_dense(
    const float *input, size_t input_count, const float *weights, float *output, size_t output_count);

/// One AdamW step over `count` parameters: gradient means and squares are updated in place, then
/// parameter -= rate * (mean / mean_correction / (sqrt(square / square_correction) + epsilon) + decay * parameter).
void carina_adamw(
    float *restrict parameters, const float *restrict gradients, float *restrict means,
    float *restrict squares, size_t count, float rate, float mean_share, float square_share,
    float mean_correction, float square_correction, float decay);
