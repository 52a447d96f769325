import LinearAlgebra
import Tensors
import Testing

@testable import Learning

/// Layers against PyTorch: numbers written by Golden/make_golden.py.
@Suite struct GoldenLayerTests {
    /// A case's name and its operation, with sizes left open that the golden parameters say.
    struct Case: Sendable {
        let name: String
        let operation: Learning.Operation

        init(_ name: String, _ operation: Learning.Operation) {
            self.name = name
            self.operation = operation
        }
    }

    static let cases = [
        Case("conv_plain", .convolution(channels: 0, kernel: 3, padding: 1)),
        Case("conv_strided", .convolution(channels: 0, kernel: 3, stride: 2, padding: 1, hasBias: false)),
        Case("conv_wide", .convolution(channels: 0, kernel: 3, stride: 2, padding: 1, hasBias: false)),
        Case("conv_grouped", .convolution(channels: 0, kernel: 3, padding: 1, groups: 4)),
        Case("conv_1x1", .convolution(channels: 0, kernel: 1)),
        Case("batchnorm_training", .batchNormalization()), Case("batchnorm_running", .batchNormalization()),
        Case("layernorm", .layerNormalization()),
        Case("relu", .activation(.relu)), Case("gelu", .activation(.gelu)),
        Case("pool_maximum", .pooling(.maximum, kernel: 3, stride: 2, padding: 1)),
        Case("pool_average", .pooling(.average, kernel: 2, stride: 2)),
        Case("pool_average_padded", .pooling(.average, kernel: 3, stride: 2, padding: 1)),
        Case("global_average", .globalAverage), Case("linear", .linear(count: 0)),
        Case("upsample_nearest", .upsampling(factor: 2, .nearest)),
        Case("upsample_bilinear", .upsampling(factor: 2, .bilinear)),
        Case("concatenation", .concatenation), Case("concatenation_vectors", .concatenation),
        Case("sum", .sum), Case("flattening", .flattening), Case("unit_length", .unitLength(scale: 10)),
    ]

    @Test("results, gradients and running averages as PyTorch's", arguments: cases.map { $0.name })
    func layer(name: String) throws {
        let golden = try Golden("layers").part(name)
        let network = try Self.network(of: name, golden)
        let isBackwardKnown = name != "batchnorm_running"
        let batch = golden["source0"].shape[0]
        let storage = ParameterStorage(for: network)
        for (parameter, place) in storage.parameters.merging(storage.statistics, uniquingKeysWith: { $1 }) {
            // Where a case does not say it, running averages start as PyTorch's.
            let start = Array(repeating: Float(parameter.hasSuffix("var") ? 1 : 0), count: place.format.count)
            place.replace(
                with: golden.tensors["param." + parameter.dropFirst("layer.".count)]?.values ?? start
            )
        }
        let compiled = try CompiledNetwork(
            network,
            CompilationOptions(
                batch: batch,
                purpose: isBackwardKnown ? .training : .inference,
                inputGradients: Set(network.inputs.map { $0.name })
            ),
            storage: storage,
            engine: ComputeEngine(threadCount: 1)
        )
        for input in network.inputs { compiled.input(input.name).replace(with: golden[input.name].values) }
        compiled.forward()
        Self.expect(compiled.output("layer"), golden["result"], "result")
        for (statistic, place) in storage.statistics {
            guard let after = golden.tensors["after." + statistic.dropFirst("layer.".count)] else { continue }
            Self.expect(place, after, statistic)
        }
        guard isBackwardKnown else { return }
        compiled.outputGradient("layer").replace(with: golden["upstream"].values)
        compiled.backward()
        for input in network.inputs {
            Self.expect(compiled.inputGradient(input.name), golden["gradient." + input.name], input.name)
        }
        for (parameter, place) in storage.gradients {
            Self.expect(place, golden["gradient.param." + parameter.dropFirst("layer.".count)], parameter)
        }
    }

    private static func expect(_ found: TensorPlace, _ golden: SafeTensors.Tensor, _ what: String) {
        #expect(found.format.shape == golden.shape, "\(what)")
        #expect(relativeError(found.values, golden.values.map { Double($0) }) < 2e-5, "\(what)")
    }

    /// The case's operation, its sizes as those of the golden parameters.
    private static func network(
        of name: String,
        _ golden: Golden
    ) throws -> Network {
        let asked = try #require(self.cases.first { $0.name == name })
        let sources = golden.tensors.keys.filter { $0.hasPrefix("source") }.sorted()
        var network = Network(inputs: sources.map { .init($0, shape: Array(golden[$0].shape.dropFirst())) })
        let outside = golden.tensors["param.weight"]?.shape[0] ?? 0
        let operation: Learning.Operation =
            switch asked.operation {
            case .convolution(_, let kernel, let stride, let padding, let groups, let hasBias):
                .convolution(
                    channels: outside,
                    kernel: kernel,
                    stride: stride,
                    padding: padding,
                    groups: groups,
                    hasBias: hasBias
                )
            case .linear(_, let hasBias): .linear(count: outside, hasBias: hasBias)
            default: asked.operation
            }
        switch sources.count {
        case 1: try network.add("layer", operation, sources[0])
        case 2: try network.add("layer", operation, sources[0], sources[1])
        default: try network.add("layer", operation, sources[0], sources[1], sources[2])
        }
        network.outputs = ["layer"]
        return network
    }
}
