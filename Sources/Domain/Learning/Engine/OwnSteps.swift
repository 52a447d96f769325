internal import Tensors

// What oneDNN does not offer, on plain float32 tensors.

/// Rows (n) of a tensor divided by their Euclidean length, at least 1e-12, and times a scale.
func unitLength(of source: TensorPlace, scale: Float, into result: TensorPlace) {
    let width = source.format.shape[1]
    source.read { source in
        result.write { result in
            for start in stride(from: 0, to: source.count, by: width) {
                let factor = scale / length(of: source, from: start, width)
                for index in start..<start + width { result[index] = source[index] * factor }
            }
        }
    }
}

/// The gradient of `unitLength`'s source: what changes along the row itself changes nothing.
func unitLengthGradient(
    source: TensorPlace,
    gradient: TensorPlace,
    scale: Float,
    into result: TensorPlace
) {
    let width = source.format.shape[1]
    source.read { source in
        gradient.read { gradient in
            result.write { result in
                for start in stride(from: 0, to: source.count, by: width) {
                    let norm = length(of: source, from: start, width)
                    var along: Float = 0
                    for index in start..<start + width { along += gradient[index] * source[index] }
                    along /= norm * norm
                    for index in start..<start + width {
                        result[index] = scale / norm * (gradient[index] - along * source[index])
                    }
                }
            }
        }
    }
}

private func length(of values: Span<Float>, from start: Int, _ count: Int) -> Float {
    var sum: Float = 0
    for index in start..<start + count { sum += values[index] * values[index] }
    return max(sum.squareRoot(), 1e-12)
}

/// A running average takes a step towards what was found in a batch.
func follow(_ running: TensorPlace, _ found: TensorPlace, momentum: Float, factor: Float) {
    found.read { found in
        running.write { running in
            for index in running.indices {
                running[index] += momentum * (factor * found[index] - running[index])
            }
        }
    }
}

/// A normalization with known means and variances, as part of the weights and the bias before it.
func foldNormalization(
    weights: TensorPlace,
    scale: TensorPlace,
    shift: TensorPlace,
    mean: TensorPlace,
    variance: TensorPlace,
    epsilon: Float,
    bias: TensorPlace?,
    foldedWeights: TensorPlace,
    foldedBias: TensorPlace
) {
    let channels = scale.format.count
    let factors = scale.read { scale in
        variance.read { variance in
            (0..<channels).map { scale[$0] / (variance[$0] + epsilon).squareRoot() }
        }
    }
    weights.read { weights in
        foldedWeights.write { folded in
            let width = folded.count / channels
            for index in folded.indices { folded[index] = weights[index] * factors[index / width] }
        }
    }
    let offsets = bias.map { $0.read { bias in (0..<channels).map { bias[$0] } } }
    mean.read { mean in
        shift.read { shift in
            foldedBias.write { folded in
                for index in folded.indices {
                    folded[index] = shift[index] + ((offsets?[index] ?? 0) - mean[index]) * factors[index]
                }
            }
        }
    }
}
