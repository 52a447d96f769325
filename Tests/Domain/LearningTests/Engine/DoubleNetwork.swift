@testable import Learning

/// A tensor in double precision, row after row.
struct DoubleTensor {
    var shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *), "not as many values as \(shape) holds")
        self.shape = shape
        self.values = values
    }

    init(zeros shape: [Int]) { self.init(shape, Array(repeating: 0, count: shape.reduce(1, *))) }

    /// (n, c, h, w).
    subscript(n: Int, c: Int, y: Int, x: Int) -> Double {
        get { self.values[((n * self.shape[1] + c) * self.shape[2] + y) * self.shape[3] + x] }
        set { self.values[((n * self.shape[1] + c) * self.shape[2] + y) * self.shape[3] + x] = newValue }
    }
}

extension [String: DoubleTensor] {
    func tensor(_ name: String) -> DoubleTensor {
        guard let tensor = self[name] else { preconditionFailure("no tensor is called \(name)") }
        return tensor
    }
}

/// The slow twin of the engine: what a network computes, from its definition, in double precision.
struct DoubleNetwork {
    let network: Network
    /// Parameters and statistics by name, plain.
    var arrays: [String: [Double]]
    let isTraining: Bool

    func array(_ name: String) -> [Double] {
        guard let array = self.arrays[name] else { preconditionFailure("no array is called \(name)") }
        return array
    }

    /// All tensors by name.
    func tensors(of inputs: [String: DoubleTensor]) -> [String: DoubleTensor] {
        var tensors = inputs
        for layer in self.network.layers {
            tensors[layer.name] = self.result(of: layer, layer.sources.map { tensors.tensor($0) })
        }
        return tensors
    }

    private func result(of layer: Network.Layer, _ sources: [DoubleTensor]) -> DoubleTensor {
        let source = sources[0]
        switch layer.operation {
        case .convolution(let channels, let side, let stride, let padding, let groups, _):
            return self.convolution(layer.name, source, channels, side, stride, padding, groups)
        case .batchNormalization(let epsilon, _): return self.normalization(layer.name, source, epsilon)
        case .layerNormalization(let epsilon):
            return self.itemNormalization(layer.name, source, epsilon)
        case .activation(let activation):
            return DoubleTensor(
                source.shape,
                source.values.map { value in
                    activation == .relu
                        ? max(0, value) : 0.5 * value * (1 + errorFunction(value / 2.0.squareRoot()))
                }
            )
        case .pooling(let kind, let side, let stride, let padding):
            return pooling(source, kind, side, side, stride, padding)
        case .globalAverage:
            let found = pooling(source, .average, source.shape[2], source.shape[3], 1, 0)
            return DoubleTensor([source.shape[0], source.shape[1]], found.values)
        case .linear(let count, _): return self.linear(layer.name, source, count)
        case .upsampling(let factor, let interpolation): return upsampling(source, factor, interpolation)
        case .concatenation: return concatenation(sources)
        case .sum:
            return sources.dropFirst().reduce(source) { sum, other in
                DoubleTensor(sum.shape, zip(sum.values, other.values).map { $0 + $1 })
            }
        case .flattening:
            return DoubleTensor([source.shape[0], source.shape.dropFirst().reduce(1, *)], source.values)
        case .unitLength(let scale):
            var result = source
            let width = source.shape[1]
            for row in 0..<source.shape[0] {
                let range = row * width..<(row + 1) * width
                let norm = source.values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
                for index in range { result.values[index] *= Double(scale) / max(norm, 1e-12) }
            }
            return result
        }
    }

    private func convolution(
        _ name: String,
        _ source: DoubleTensor,
        _ channels: Int,
        _ side: Int,
        _ stride: Int,
        _ padding: Int,
        _ groups: Int
    ) -> DoubleTensor {
        let weights = self.array(name + ".weight"), bias = self.arrays[name + ".bias"]
        let (inside, outside) = (source.shape[1] / groups, channels / groups)
        let height = (source.shape[2] + 2 * padding - side) / stride + 1
        let width = (source.shape[3] + 2 * padding - side) / stride + 1
        var result = DoubleTensor(zeros: [source.shape[0], channels, height, width])
        for n in 0..<source.shape[0] {
            for out in 0..<channels {
                for y in 0..<height {
                    for x in 0..<width {
                        var sum = bias?[out] ?? 0
                        for c in 0..<inside {
                            for dy in 0..<side {
                                for dx in 0..<side {
                                    let (row, column) = (y * stride + dy - padding, x * stride + dx - padding)
                                    guard row >= 0, row < source.shape[2], column >= 0,
                                        column < source.shape[3]
                                    else { continue }
                                    sum +=
                                        weights[((out * inside + c) * side + dy) * side + dx]
                                        * source[n, out / outside * inside + c, row, column]
                                }
                            }
                        }
                        result[n, out, y, x] = sum
                    }
                }
            }
        }
        return result
    }

    private func itemNormalization(
        _ name: String,
        _ source: DoubleTensor,
        _ epsilon: Float
    ) -> DoubleTensor {
        var result = source
        let count = source.shape.dropFirst().reduce(1, *)
        let plane = source.shape[2] * source.shape[3]
        for item in 0..<source.shape[0] {
            let range = item * count..<(item + 1) * count
            let mean = source.values[range].reduce(0, +) / Double(count)
            let variance = source.values[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            for index in range {
                let channel = index / plane % source.shape[1]
                let normal = (source.values[index] - mean) / (variance + Double(epsilon)).squareRoot()
                result.values[index] =
                    normal * self.array(name + ".weight")[channel] + self.array(name + ".bias")[channel]
            }
        }
        return result
    }

    private func normalization(_ name: String, _ source: DoubleTensor, _ epsilon: Float) -> DoubleTensor {
        var result = source
        let count = source.shape[0] * source.shape[2] * source.shape[3]
        for c in 0..<source.shape[1] {
            let all = (0..<source.shape[0]).flatMap { n in
                (0..<source.shape[2]).flatMap { y in (0..<source.shape[3]).map { source[n, c, y, $0] } }
            }
            let found = all.reduce(0, +) / Double(count)
            let mean = self.isTraining ? found : self.array(name + ".running_mean")[c]
            let variance =
                self.isTraining
                ? all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
                : self.array(name + ".running_var")[c]
            let factor = self.array(name + ".weight")[c] / (variance + Double(epsilon)).squareRoot()
            for n in 0..<source.shape[0] {
                for y in 0..<source.shape[2] {
                    for x in 0..<source.shape[3] {
                        result[n, c, y, x] =
                            (source[n, c, y, x] - mean) * factor + self.array(name + ".bias")[c]
                    }
                }
            }
        }
        return result
    }

    private func linear(_ name: String, _ source: DoubleTensor, _ count: Int) -> DoubleTensor {
        let weights = self.array(name + ".weight"), bias = self.arrays[name + ".bias"]
        let width = source.shape[1]
        var result = DoubleTensor(zeros: [source.shape[0], count])
        for row in 0..<source.shape[0] {
            for out in 0..<count {
                var sum = bias?[out] ?? 0
                for index in 0..<width {
                    sum += weights[out * width + index] * source.values[row * width + index]
                }
                result.values[row * count + out] = sum
            }
        }
        return result
    }
}
