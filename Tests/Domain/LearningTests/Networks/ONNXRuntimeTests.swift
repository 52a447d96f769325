import Foundation
import LinearAlgebra
import Lungs
import RealSlices
import Tensors
import TestKit
import Testing

@testable import Learning

/// Exported encoders in ONNX Runtime, which `make test` gets from PyPI, beside our own engine.
@Suite struct ONNXRuntimeTests {
    /// The folder which holds `Package.swift`.
    static let root = String(
        URL(fileURLWithPath: #filePath).pathComponents.dropLast(5).joined(separator: "/").dropFirst()
    )
    static let python = root + "/.venv/bin/python"
    static let script = root + "/Tests/Domain/LearningTests/Golden/check_onnx.py"
    static let isPresent = FileManager.default.fileExists(atPath: root + "/.venv/.test")

    /// Outline and detail as in the embedding: the masks' vector joins the image's features.
    static func encoder() throws -> Network {
        var network = Network(inputs: [
            .init("image", shape: [1, 128, 128]), .init("masks", shape: [2, 128, 128]),
        ])
        func blocks(_ name: String, _ channels: [Int], _ source: String) throws -> String {
            var last = source
            for (index, count) in channels.enumerated() {
                let block = "\(name).\(index)"
                let convolution = Learning.Operation.convolution(
                    channels: count,
                    kernel: 3,
                    stride: 2,
                    padding: 1,
                    hasBias: false
                )
                last = try network.add(block + ".conv", convolution, last)
                last = try network.add(block + ".norm", .batchNormalization(), last)
                last = try network.add(block + ".relu", .activation(.relu), last)
            }
            return last
        }
        try network.add("small", .pooling(.average, kernel: 2, stride: 2), "masks")
        try network.add("outline.flat", .flattening, try blocks("outline", [16, 32, 48, 64], "small"))
        try network.add("outline.out", .linear(count: 64), "outline.flat")
        try network.add("outline", .unitLength(), "outline.out")
        try network.add("both", .concatenation, "image", "masks")
        let features = try blocks("detail", [16, 32, 64, 96], "both")
        try network.add("detail.pooled", .pooling(.average, kernel: 2, stride: 2), features)
        try network.add("detail.flat", .flattening, "detail.pooled")
        try network.add("detail.all", .concatenation, "detail.flat", "outline")
        try network.add("detail.out", .linear(count: 96), "detail.all")
        try network.add("detail", .unitLength(), "detail.out")
        network.outputs = ["outline", "detail"]
        return network
    }

    /// Statistics that a training would leave: what the layers before them really give.
    static func parameters(of network: Network, inputs: [String: [Float]], count: Int) throws -> Parameters {
        var generator = SeededGenerator(seed: 5)
        let start = Parameters(of: network, generator: &generator)
        let storage = ParameterStorage(for: network)
        storage.load(start)
        let compiled = try CompiledNetwork(
            network,
            CompilationOptions(batch: count, purpose: .training),
            storage: storage,
            engine: try ComputeEngine(threadCount: 1)
        )
        for _ in 0..<20 {
            for (name, values) in inputs { compiled.input(name).replace(with: values) }
            compiled.forward()
        }
        return storage.copied(for: network)
    }

    @Test(
        "100 real slices: ONNX Runtime and our engine agree to 1e-4",
        .enabled(if: isPresent, "no .venv/.test: PyPI was out of reach when `make test` ran"),
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
    )
    func realSlices() async throws {
        let network = try Self.encoder()
        let crops = try RealSlices(limit: 100).slices.map(\.crop)
        try #require(crops.count == 100)
        let inputs = ["image": crops.flatMap(\.image), "masks": crops.flatMap { $0.left + $0.right }]
        let first = [
            "image": crops[..<16].flatMap(\.image), "masks": crops[..<16].flatMap { $0.left + $0.right },
        ]
        let parameters = try Self.parameters(of: network, inputs: first, count: 16)
        try await Self.check(network, parameters, inputs: inputs, count: crops.count, limit: "1e-4")
    }

    @Test(
        "every operation: ONNX Runtime and our engine agree to 1e-5",
        .enabled(if: isPresent, "no .venv/.test: PyPI was out of reach when `make test` ran")
    )
    func everyOperation() async throws {
        let network = try madeUpNetwork()
        var generator = SeededGenerator(seed: 12)
        let inputs = network.inputs.map { input in
            (input.name, (0..<5 * input.shape.reduce(1, *)).map { _ in generator.normal() })
        }
        let parameters = madeUpParameters(of: network)
        try await Self.check(
            network,
            parameters,
            inputs: Dictionary(uniqueKeysWithValues: inputs),
            count: 5,
            limit: "1e-5"
        )
    }

    /// Exports a network, computes it with our engine, and lets check_onnx.py compare.
    private static func check(
        _ network: Network,
        _ parameters: Parameters,
        inputs: [String: [Float]],
        count: Int,
        limit: String
    ) async throws {
        let inference = try NetworkInference(
            network,
            parameters: parameters,
            precision: .float32,
            threadCount: 2
        )
        var places: [String: TensorPlace] = [:]
        for input in network.inputs {
            let place = TensorPlace(zeros: [count] + input.shape)
            place.replace(with: try #require(inputs[input.name]))
            places[input.name] = place
        }
        let outputs = try inference.outputs(of: places, count: count)
        var tensors: [String: SafeTensors.Tensor] = [:]
        for input in network.inputs {
            let values = try #require(inputs[input.name])
            tensors["input." + input.name] = .init(shape: [count] + input.shape, values: values)
        }
        for name in network.outputs {
            let shape = [count] + (network.shape(of: name) ?? [])
            tensors["output." + name] = .init(shape: shape, values: try #require(outputs[name]))
        }
        for arrays in [parameters.trained, parameters.statistics] {
            for (place, name) in arrays.names.enumerated() {
                tensors[name] = .init(shape: arrays.shapes[place], values: arrays.values[place])
            }
        }
        let bytes = try onnxModel(of: network, parameters: parameters, metadata: [:])
        let file = SafeTensors(tensors: tensors, metadata: ["network": network.canonicalText])
        try await withTemporaryFolder { folder in
            let (model, arrays) = (folder + "/model.onnx", folder + "/arrays.safetensors")
            try Data(bytes).write(to: URL(fileURLWithPath: model))
            try Data(file.serialized()).write(to: URL(fileURLWithPath: arrays))
            try await withChildProcess(Self.python, ["-B", Self.script, model, arrays, limit]) { check in
                #expect(await check.end(within: .seconds(60)) == .exited(code: 0), "\(check.output)")
                #expect(check.output.contains("given"))
            }
        }
    }
}
