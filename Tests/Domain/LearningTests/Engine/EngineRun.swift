import LinearAlgebra
import Tensors

@testable import Learning

/// A network compiled and filled with seeded numbers, and its twin in double precision with the same numbers.
struct EngineRun {
    let compiled: CompiledNetwork
    let network: Network
    var twin: DoubleNetwork
    var inputs: [String: DoubleTensor] = [:]
    /// Of the outputs.
    var upstream: [String: [Double]] = [:]

    init(
        _ network: Network,
        batch: Int,
        purpose: CompilationOptions.Purpose,
        precision: CompilationOptions.Precision = .float32,
        threadCount: Int = 1,
        usesOwnKernels: Bool = true,
        seed: UInt64 = 1
    ) throws {
        var generator = SeededGenerator(seed: seed, stream: 77)
        let storage = ParameterStorage(for: network)
        var arrays: [String: [Double]] = [:]
        for (name, shape) in network.parameters + network.statistics {
            let place = storage.place(of: name)
            // Variances and scales stay away from zero.
            let isPositive = name.hasSuffix("running_var") || name.hasSuffix("norm.weight")
            let values = (0..<shape.reduce(1, *)).map { _ in
                isPositive ? 0.5 + generator.unit().asFloat : generator.normal() * 0.3
            }
            place.write { span in for index in span.indices { span[index] = values[index] } }
            arrays[name] = values.map { Double($0) }
        }
        self.network = network
        self.compiled = try CompiledNetwork(
            network,
            CompilationOptions(
                batch: batch,
                purpose: purpose,
                precision: precision,
                inputGradients: Set(network.inputs.map { $0.name }),
                usesOwnKernels: usesOwnKernels
            ),
            storage: storage,
            engine: ComputeEngine(threadCount: threadCount)
        )
        self.twin = DoubleNetwork(network: network, arrays: arrays, isTraining: purpose == .training)
        for input in network.inputs {
            let shape = [batch] + input.shape
            let values = (0..<shape.reduce(1, *)).map { _ in generator.normal() }
            self.inputs[input.name] = DoubleTensor(shape, values.map { Double($0) })
            self.compiled.input(input.name).replace(with: values)
        }
        guard purpose == .training else { return }
        for name in network.outputs {
            let count = self.compiled.outputGradient(name).format.count
            let values = (0..<count).map { _ in generator.normal() }
            self.upstream[name] = values.map { Double($0) }
        }
    }

    /// Forward and backward, with the upstream numbers in between: before, inputs may lie in their place.
    func compute() {
        for (name, tensor) in self.inputs {
            self.compiled.input(name).replace(with: tensor.values.map { Float($0) })
        }
        self.compiled.forward()
        for (name, values) in self.upstream {
            self.compiled.outputGradient(name).replace(with: values.map { Float($0) })
        }
        self.compiled.backward()
    }

    /// The sum of outputs times upstream numbers, in double precision.
    func objective() -> Double {
        let tensors = self.twin.tensors(of: self.inputs)
        return self.upstream.reduce(0) { sum, entry in
            sum + zip(tensors.tensor(entry.key).values, entry.value).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// Central difference of the objective by one number of an input or parameter.
    mutating func slope(of name: String, at index: Int, step: Double = 1e-5) -> Double {
        func shifted(_ by: Double) -> Double {
            var copy = self
            copy.inputs[name]?.values[index] += by
            copy.twin.arrays[name]?[index] += by
            return copy.objective()
        }
        return (shifted(step) - shifted(-step)) / (2 * step)
    }
}

extension TensorPlace {
    /// A copy of the numbers.
    var values: [Float] { self.copied() }
}

extension Double {
    var asFloat: Float { Float(self) }
}
