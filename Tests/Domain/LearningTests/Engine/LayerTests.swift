import LinearAlgebra
import Tensors
import Testing

@testable import Learning

/// Layers forward and backward against their definition in double precision.
@Suite struct LayerTests {
    /// One network for each layer, and some that join them as encoders do.
    static let cases: [(name: String, make: @Sendable () throws -> Network)] = [
        (
            "convolution",
            { try single([5, 9, 7], .convolution(channels: 6, kernel: 3, stride: 1, padding: 1)) }
        ),
        (
            "convolution, stride 2",
            {
                try single(
                    [3, 12, 12],
                    .convolution(channels: 16, kernel: 3, stride: 2, padding: 1, hasBias: false)
                )
            }
        ),
        (
            "convolution, blocks",
            { try single([24, 8, 8], .convolution(channels: 32, kernel: 3, stride: 2, padding: 1)) }
        ),
        (
            "convolution, groups",
            { try single([8, 6, 6], .convolution(channels: 12, kernel: 3, padding: 1, groups: 4)) }
        ),
        ("convolution, 1 x 1", { try single([16, 5, 5], .convolution(channels: 7, kernel: 1)) }),
        ("batch normalization", { try single([5, 6, 7], .batchNormalization(), name: "norm") }),
        ("batch normalization, blocks", { try single([16, 6, 6], .batchNormalization(), name: "norm") }),
        ("layer normalization", { try single([5, 6, 7], .layerNormalization(), name: "norm") }),
        ("layer normalization, blocks", { try single([16, 6, 6], .layerNormalization(), name: "norm") }),
        ("layer normalization between convolutions", layerNormalized),
        ("ReLU", { try single([4, 5, 6], .activation(.relu)) }),
        ("GELU", { try single([4, 5, 6], .activation(.gelu)) }),
        ("maxima", { try single([5, 9, 9], .pooling(.maximum, kernel: 3, stride: 2, padding: 1)) }),
        ("averages", { try single([5, 8, 8], .pooling(.average, kernel: 2, stride: 2)) }),
        (
            "averages, padded",
            { try single([16, 9, 9], .pooling(.average, kernel: 3, stride: 2, padding: 1)) }
        ),
        ("global average", { try single([10, 6, 4], .globalAverage) }),
        ("linear", { try single([37], .linear(count: 11)) }),
        ("linear without bias", { try single([64], .linear(count: 16, hasBias: false)) }),
        ("nearest", { try single([3, 4, 5], .upsampling(factor: 2, .nearest)) }),
        ("bilinear", { try single([3, 4, 5], .upsampling(factor: 2, .bilinear)) }),
        ("flattening", { try single([6, 3, 2], .flattening) }),
        ("unit length", { try single([19], .unitLength(scale: 10)) }),
        ("concatenation", { try joined(.concatenation, [[16, 4, 4], [8, 4, 4]]) }),
        ("concatenation of vectors", { try joined(.concatenation, [[5], [16], [3]]) }),
        ("sum", { try joined(.sum, [[5, 3, 3], [5, 3, 3]]) }),
        ("convolution of a concatenation", convolvedConcatenation), ("residual block", residualBlock),
        ("encoder", smallEncoder),
    ]

    @Test("forward, as defined", arguments: cases.map { $0.name }, [true, false])
    func forward(name: String, isTraining: Bool) throws {
        let run = try EngineRun(
            try Self.network(name),
            batch: 3,
            purpose: isTraining ? .training : .inference
        )
        run.compiled.forward()
        let expected = run.twin.tensors(of: run.inputs)
        for output in run.network.outputs {
            let difference = relativeError(
                run.compiled.output(output).values,
                expected.tensor(output).values
            )
            #expect(difference < 2e-5, "\(output)")
        }
    }

    @Test("gradients, as finite differences in double precision", arguments: cases.map { $0.name })
    func backward(name: String) throws {
        var run = try EngineRun(try Self.network(name), batch: 3, purpose: .training)
        run.compute()
        var generator = SeededGenerator(seed: 9, stream: 1)
        let inputs = run.network.inputs.map { ($0.name, run.compiled.inputGradient($0.name)) }
        let parameters = run.network.parameters.map { ($0.name, run.compiled.storage.gradient(of: $0.name)) }
        for (tensor, place) in inputs + parameters {
            let found = place.values
            let places =
                found.count < 40 ? Array(found.indices) : (0..<40).map { _ in generator.below(found.count) }
            let expected = places.map { run.slope(of: tensor, at: $0) }
            #expect(relativeError(places.map { found[$0] }, expected) < 1e-4, "\(tensor)")
        }
    }

    @Test("the same bits again, also with two threads", arguments: [1, 2])
    func repeatable(threadCount: Int) throws {
        let runs = try (0..<2).map { _ in
            try EngineRun(
                try Self.smallEncoder(),
                batch: 16,
                purpose: .training,
                precision: .bfloat16,
                threadCount: threadCount
            )
        }
        let gradients = runs.map { run in
            (0..<3).map { _ in
                run.compute()
                return run.compiled.storage.allGradients.values
            }
        }
        #expect(gradients[0] == gradients[1])
        #expect(gradients[0].last?.contains { $0 != 0 } == true)
    }

    @Test("bfloat16 stays near", arguments: ["encoder", "residual block", "convolution, blocks", "linear"])
    func bfloat16(name: String) throws {
        let exact = try EngineRun(try Self.network(name), batch: 4, purpose: .training)
        let near = try EngineRun(try Self.network(name), batch: 4, purpose: .training, precision: .bfloat16)
        for run in [exact, near] { run.compiled.forward() }
        for output in exact.network.outputs {
            let expected = exact.compiled.output(output).values.map { Double($0) }
            #expect(relativeError(near.compiled.output(output).values, expected) < 0.03)
        }
        for run in [exact, near] { run.compute() }
        let expected = exact.compiled.storage.allGradients.values.map { Double($0) }
        #expect(relativeError(near.compiled.storage.allGradients.values, expected) < 0.15)
    }

    @Test("parameters that change are taken over")
    func refresh() throws {
        var run = try EngineRun(try Self.smallEncoder(), batch: 2, purpose: .inference)
        for name in run.twin.arrays.keys {
            let changed = run.twin.array(name).map { $0 * 0.75 }
            run.twin.arrays[name] = changed
            run.compiled.storage.place(of: name).replace(with: changed.map { Float($0) })
        }
        run.compiled.refresh()
        run.compiled.forward()
        let expected = run.twin.tensors(of: run.inputs).tensor("vector").values
        #expect(relativeError(run.compiled.output("vector").values, expected) < 2e-5)
    }

    // MARK: Networks

    static func network(_ name: String) throws -> Network {
        guard let found = self.cases.first(where: { $0.name == name }) else {
            preconditionFailure("no case is called \(name)")
        }
        return try found.make()
    }

    static func single(_ shape: [Int], _ operation: Learning.Operation, name: String = "layer") throws
        -> Network
    {
        var network = Network(inputs: [.init("source", shape: shape)])
        try network.add(name, operation, "source")
        network.outputs = [name]
        return network
    }

    static func joined(_ operation: Learning.Operation, _ shapes: [[Int]]) throws -> Network {
        let names = shapes.indices.map { "source\($0)" }
        var network = Network(inputs: zip(names, shapes).map { .init($0, shape: $1) })
        if names.count == 2 { try network.add("layer", operation, names[0], names[1]) }
        if names.count == 3 { try network.add("layer", operation, names[0], names[1], names[2]) }
        network.outputs = ["layer"]
        return network
    }

    /// Three sources of one convolution, with bias and activation.
    @Sendable static func convolvedConcatenation() throws -> Network {
        var network = Network(
            inputs: zip(["a", "b", "c"], [16, 8, 5]).map { .init($0, shape: [$1, 6, 6]) }
        )
        try network.add("joined", .concatenation, "a", "b", "c")
        try network.add("layer", .convolution(channels: 20, kernel: 3, stride: 2, padding: 1), "joined")
        try network.add("relu", .activation(.relu), "layer")
        network.outputs = ["relu"]
        return network
    }

    /// x + f(x), with a ReLU behind, and the sum used twice.
    @Sendable static func residualBlock() throws -> Network {
        var network = Network(inputs: [.init("source", shape: [16, 6, 6])])
        try network.add("first", .convolution(channels: 16, kernel: 3, padding: 1), "source")
        try network.add("bent", .activation(.relu), "first")
        try network.add("second", .convolution(channels: 16, kernel: 3, padding: 1), "bent")
        try network.add("sum", .sum, "source", "second")
        try network.add("relu", .activation(.relu), "sum")
        try network.add("narrow", .pooling(.maximum, kernel: 2, stride: 2), "relu")
        try network.add("wide", .upsampling(factor: 2, .bilinear), "narrow")
        try network.add("both", .concatenation, "wide", "relu")
        network.outputs = ["both", "sum"]
        return network
    }

    /// What a convolution gives, in the layout that it likes, with a ReLU behind and without.
    @Sendable static func layerNormalized() throws -> Network {
        var network = Network(inputs: [.init("image", shape: [3, 12, 12])])
        try network.add("conv", .convolution(channels: 20, kernel: 3, stride: 2, padding: 1), "image")
        try network.add("conv.norm", .layerNormalization(), "conv")
        try network.add("conv.relu", .activation(.relu), "conv.norm")
        try network.add("next", .convolution(channels: 32, kernel: 3, padding: 1), "conv.relu")
        try network.add("next.norm", .layerNormalization(epsilon: 1e-3), "next")
        network.outputs = ["next.norm"]
        return network
    }

    /// As the encoders of the embedding, but small.
    @Sendable static func smallEncoder() throws -> Network {
        var network = Network(inputs: [.init("image", shape: [3, 16, 16]), .init("extra", shape: [10])])
        var last = "image"
        for (index, channels) in [8, 16].enumerated() {
            last = try network.add(
                "block\(index).conv",
                .convolution(channels: channels, kernel: 3, stride: 2, padding: 1, hasBias: false),
                last
            )
            last = try network.add("block\(index).norm", .batchNormalization(), last)
            last = try network.add("block\(index).relu", .activation(.relu), last)
        }
        try network.add("pooled", .pooling(.average, kernel: 2, stride: 2), last)
        try network.add("flat", .flattening, "pooled")
        try network.add("all", .concatenation, "flat", "extra")
        try network.add("hidden", .linear(count: 20), "all")
        try network.add("gelu", .activation(.gelu), "hidden")
        try network.add("out", .linear(count: 12), "gelu")
        try network.add("vector", .unitLength(), "out")
        network.outputs = ["vector"]
        return network
    }
}
