/// What a layer computes. Parameters are called and shaped as PyTorch does it.
package enum Operation: Sendable, Equatable, Hashable {
    /// Square kernels over (c, h, w), zeros beyond the edge.
    case convolution(
        channels: Int,
        kernel: Int,
        stride: Int = 1,
        padding: Int = 0,
        groups: Int = 1,
        hasBias: Bool = true
    )
    /// Each channel to mean 0 and variance 1 of the batch while training, of the running averages else, then times a
    /// weight plus a bias (Ioffe and Szegedy 2015).
    case batchNormalization(epsilon: Float = 1e-5, momentum: Float = 0.1)
    /// Each item, (c, h, w) together, to mean 0 and variance 1, then each channel times a weight plus a bias (Ba et al. 2016;
    /// PyTorch's GroupNorm of one group, Wu and He 2018).
    case layerNormalization(epsilon: Float = 1e-5)
    case activation(Activation)
    /// Square windows; averages count the zeros beyond the edge.
    case pooling(Pooling, kernel: Int, stride: Int, padding: Int = 0)
    /// The mean of each channel: (c, h, w) to (c).
    case globalAverage
    /// (n) to (count).
    case linear(count: Int, hasBias: Bool = true)
    /// Height and width times a factor.
    case upsampling(factor: Int, Interpolation)
    /// Channels behind one another; (n) too.
    case concatenation
    /// Tensors of one shape.
    case sum
    /// (c, h, w) to (c · h · w), row after row.
    case flattening
    /// Divided by the Euclidean length, at least 1e-12, and times a factor.
    case unitLength(scale: Float = 1)

    package enum Activation: Sendable, Hashable {
        case relu
        /// x · Φ(x), with the error function.
        case gelu
    }

    package enum Pooling: Sendable, Hashable {
        case maximum
        case average
    }

    package enum Interpolation: Sendable, Hashable {
        case nearest
        /// Between pixel centers, edges replicated.
        case bilinear
    }
}

extension Operation {
    /// The shape of the result.
    ///
    /// - Throws: `NetworkError` if the sources' shapes do not fit.
    func resultShape(of sources: [[Int]], layer: String) throws(NetworkError) -> [Int] {
        func refuse(_ problem: String) -> NetworkError { NetworkError(layer: layer, problem) }
        let isSingle = self != .concatenation && self != .sum
        guard let first = sources.first, !isSingle || sources.count == 1 else {
            throw refuse("\(sources.count) sources")
        }
        switch self {
        case .convolution(let channels, let kernel, let stride, let padding, let groups, _):
            guard first.count == 3 else { throw refuse("a convolution of \(first)") }
            guard groups > 0, channels > 0, first[0] % groups == 0, channels % groups == 0 else {
                throw refuse("\(groups) groups of \(first[0]) and \(channels) channels")
            }
            return [channels] + (try Self.swept(first, kernel, stride, padding, refuse))
        case .pooling(_, let kernel, let stride, let padding):
            guard first.count == 3 else { throw refuse("pooling of \(first)") }
            // Else a window could lie beyond the edge altogether.
            guard 2 * padding <= kernel else { throw refuse("padding \(padding) of a window of \(kernel)") }
            return [first[0]] + (try Self.swept(first, kernel, stride, padding, refuse))
        case .batchNormalization, .layerNormalization, .upsampling, .globalAverage, .flattening:
            guard first.count == 3 else { throw refuse("\(first) is not (channels, height, width)") }
            if case .upsampling(let factor, _) = self {
                return [first[0], first[1] * factor, first[2] * factor]
            }
            if self == .globalAverage { return [first[0]] }
            return self == .flattening ? [first.reduce(1, *)] : first
        case .linear(let count, _):
            guard first.count == 1, count > 0 else { throw refuse("a linear layer of \(first)") }
            return [count]
        case .unitLength:
            guard first.count == 1 else { throw refuse("the length of \(first)") }
            return first
        case .activation: return first
        case .sum:
            guard sources.allSatisfy({ $0 == first }) else { throw refuse("a sum of \(sources)") }
            return first
        case .concatenation:
            guard sources.allSatisfy({ $0.dropFirst() == first.dropFirst() }) else {
                throw refuse("concatenation of \(sources)")
            }
            return [sources.reduce(0) { $0 + $1[0] }] + first.dropFirst()
        }
    }

    /// Names and shapes of what is trained.
    func parameters(sources: [[Int]]) -> [(name: String, shape: [Int])] {
        guard let first = sources.first else { return [] }
        switch self {
        case .convolution(let channels, let kernel, _, _, let groups, let hasBias):
            return [("weight", [channels, first[0] / groups, kernel, kernel])]
                + (hasBias ? [("bias", [channels])] : [])
        case .linear(let count, let hasBias):
            return [("weight", [count, first[0]])] + (hasBias ? [("bias", [count])] : [])
        case .batchNormalization, .layerNormalization: return [("weight", [first[0]]), ("bias", [first[0]])]
        default: return []
        }
    }

    /// Height and width after a window was moved over them.
    private static func swept(
        _ shape: [Int],
        _ kernel: Int,
        _ stride: Int,
        _ padding: Int,
        _ refuse: (String) -> NetworkError
    ) throws(NetworkError) -> [Int] {
        guard kernel > 0, stride > 0, padding >= 0, padding < kernel else {
            throw refuse("kernel \(kernel), stride \(stride), padding \(padding)")
        }
        let sides = shape.dropFirst().map { ($0 + 2 * padding - kernel) / stride + 1 }
        guard shape.dropFirst().allSatisfy({ $0 + 2 * padding >= kernel }) else {
            throw refuse("a window of \(kernel) on \(shape)")
        }
        return sides
    }
}
