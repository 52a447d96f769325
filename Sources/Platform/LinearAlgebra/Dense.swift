private import CKernels

/// Adds a dense layer's products of one vector: output[j] += Σ over ascending i of input[i] · weights[i, j].
///
/// The order of the additions is fixed and nothing is fused, so the bits are the same on every CPU; a product
/// through OpenBLAS is faster for batches but depends on the machine.
///
/// - Parameters:
///   - input: (D).
///   - weights: (D x m).
///   - output: (m).
package func addDense(_ input: [Float], weights: Matrix, to output: inout [Float]) {
    precondition(input.count == weights.rows && output.count == weights.columns, "sides differ")
    let outputCount = output.count
    // SAFETY: D, D x m and m floats, checked above; C keeps no pointer.
    unsafe input.withUnsafeBufferPointer { input in
        unsafe weights.values.withUnsafeBufferPointer { weights in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe carina_dense(
                    input.baseAddress,
                    input.count,
                    weights.baseAddress,
                    output.baseAddress,
                    outputCount
                )
            }
        }
    }
}

/// The moving averages that AdamW (Loshchilov and Hutter 2019) keeps for one array of parameters.
package struct AdamWState: Sendable, Equatable {
    /// (count), running means of the gradients.
    package private(set) var means: [Float]
    /// (count), running means of their squares.
    package private(set) var squares: [Float]
    /// Steps taken.
    package private(set) var steps = 0

    private static let meanShare: Float = 0.9
    private static let squareShare: Float = 0.999

    /// Makes the state of a number of parameters which have not yet moved.
    package init(count: Int) {
        means = [Float](repeating: 0, count: count)
        squares = [Float](repeating: 0, count: count)
    }

    /// Takes averages as they were stored, both of one count.
    package init(means: [Float], squares: [Float], steps: Int) {
        precondition(means.count == squares.count && steps >= 0, "counts differ")
        self.means = means
        self.squares = squares
        self.steps = steps
    }

    /// Moves the parameters against their gradients; both have the count of the state.
    ///
    /// - Parameters:
    ///   - rate: the step's length.
    ///   - decay: how strongly the parameters shrink, times the rate.
    package mutating func step(_ parameters: inout [Float], gradients: [Float], rate: Float, decay: Float) {
        var span = parameters.mutableSpan
        step(&span, gradients: gradients.span, rate: rate, decay: decay)
    }

    /// The same where the numbers do not lie in arrays.
    package mutating func step(
        _ parameters: inout MutableSpan<Float>,
        gradients: Span<Float>,
        rate: Float,
        decay: Float
    ) {
        precondition(parameters.count == means.count && gradients.count == means.count, "counts differ")
        steps += 1
        let meanCorrection = 1 - Self.power(Self.meanShare, steps)
        let squareCorrection = 1 - Self.power(Self.squareShare, steps)
        let count = means.count
        // SAFETY: four arrays of `count` floats, checked above; C keeps no pointer.
        unsafe parameters.withUnsafeMutableBufferPointer { parameters in
            unsafe gradients.withUnsafeBufferPointer { gradients in
                unsafe means.withUnsafeMutableBufferPointer { means in
                    unsafe squares.withUnsafeMutableBufferPointer { squares in
                        unsafe carina_adamw(
                            parameters.baseAddress,
                            gradients.baseAddress,
                            means.baseAddress,
                            squares.baseAddress,
                            count,
                            rate,
                            Self.meanShare,
                            Self.squareShare,
                            meanCorrection,
                            squareCorrection,
                            decay
                        )
                    }
                }
            }
        }
    }

    private static func power(_ base: Float, _ exponent: Int) -> Float {
        var (result, factor, left) = (1.0, Double(base), exponent)
        while left > 0 {
            if left & 1 == 1 { result *= factor }
            factor *= factor
            left >>= 1
        }
        return Float(result)
    }
}
