import Foundation
import LinearAlgebra
import Lungs
import Orientation
import RealSlices
import TestKit
import Testing

@testable import Learning
@testable import WSSENet

/// A model's ONNX file in ONNX Runtime, which `make test` gets from PyPI, beside our own embedder.
@Suite("A model in ONNX Runtime")
struct ONNXRuntimeTests {
    /// The folder which holds `Package.swift`.
    private static let root = String(
        URL(fileURLWithPath: #filePath).pathComponents.dropLast(5).joined(separator: "/").dropFirst()
    )
    private static let script = root + "/Tests/Domain/LearningTests/Golden/check_onnx.py"
    private static let isPresent = FileManager.default.fileExists(atPath: root + "/.venv/.test")

    /// Running averages as a training leaves them, so that no layer's results are far from 1.
    private static func model(hasHistogram: Bool, of crops: [LungCrop]) throws -> EmbeddingModel {
        let golden = try GoldenEncoders()
        let density = try GoldenDensity()
        let principal = PrincipalComponents(
            fitting: Matrix(stacking: crops.map { hogVector(of: $0) }),
            count: EmbeddingModel.histogramCount
        )
        return try EmbeddingModel(
            parameters: EmbeddingNetwork.parameters([golden.outline, golden.ownDetail, density.parameters]),
            usualDensity: DensityEncoder.usual(of: crops.map { EncoderInputs.view($0) }),
            histogram: hasHistogram ? principal : nil,
            card: ModelCard(
                recipe: hasHistogram ? WSSENetRecipe() : .withoutHistogram(),
                dataSetHash: "",
                sliceCount: crops.count,
                stages: []
            )
        )
    }

    @Test(
        "60 real slices: all parts agree to 1e-4",
        .enabled(if: isPresent, "no .venv/.test: PyPI was out of reach when `make test` ran"),
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
        arguments: [false, true]
    )
    func realSlices(hasHistogram: Bool) async throws {
        let crops = try RealSlices(limit: 60).slices.map(\.crop)
        try #require(crops.count == 60)
        let model = try Self.model(hasHistogram: hasHistogram, of: crops)
        let embeddings = try SliceEmbedder(model, threadCount: 2).embed(crops)
        var arrays: [String: (shape: [Int], values: [Float])] = [:]
        let inputs = crops.map { model.networkInputs(of: $0) }
        for name in try #require(inputs.first).keys {
            let values = inputs.flatMap { $0[name] ?? [] }
            arrays["input." + name] = (Self.shape(of: name, count: crops.count), values)
        }
        arrays["output.embedding"] = ([crops.count, model.dimension], embeddings.flatMap { $0 })
        try await Self.check(model, arrays)
    }

    private static func shape(of input: String, count: Int) -> [Int] {
        [count] + (EmbeddingNetwork.inputs.first { $0.name == input }?.shape ?? [hogCount])
    }

    /// Lets check_onnx.py compare. Each part is of unit length: a difference relative to the largest number is one to it.
    private static func check(
        _ model: EmbeddingModel,
        _ arrays: [String: (shape: [Int], values: [Float])]
    ) async throws {
        let tensors = arrays.mapValues { SafeTensors.Tensor(shape: $0.shape, values: $0.values) }
        let file = SafeTensors(tensors: tensors, metadata: [:])
        let bytes = try model.onnx()
        try await withTemporaryFolder { folder in
            let (onnx, golden) = (folder + "/model.onnx", folder + "/arrays.safetensors")
            try Data(bytes).write(to: URL(fileURLWithPath: onnx))
            try Data(file.serialized()).write(to: URL(fileURLWithPath: golden))
            let arguments = ["-B", script, onnx, golden, "1e-4"]
            try await withChildProcess(root + "/.venv/bin/python", arguments) { check in
                #expect(await check.end(within: .seconds(120)) == .exited(code: 0), "\(check.output)")
                #expect(check.output.contains("given embedding"))
                #expect(check.output.contains(hexadecimal(model.fingerprint)))
            }
        }
    }
}
