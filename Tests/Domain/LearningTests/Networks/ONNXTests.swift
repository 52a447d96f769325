import Foundation
import LinearAlgebra
import Testing

@testable import Learning

/// The structure; see `ONNXRuntimeTests` for what it computes.
@Suite("ONNX")
struct ONNXTests {
    private let network: Network
    private let parameters: Parameters

    init() throws {
        network = try madeUpNetwork()
        parameters = madeUpParameters(of: network)
    }

    private func model(_ change: (inout Network) -> Void = { _ in }) throws -> ProtobufReader {
        var changed = network
        change(&changed)
        return try ProtobufReader(try onnxModel(of: changed, parameters: parameters, metadata: ["run": "7"]))
    }

    @Test("says which version it is and of which network")
    func header() throws {
        let model = try model()
        #expect(model.integers(1) == [8] && model.texts(2) == ["carina"])
        let operators = try #require(try model.messages(8).first)
        #expect(operators.texts(1) == [""] && operators.integers(2) == [17])
        let texts = try model.messages(14).map { $0.texts(1) + $0.texts(2) }
        #expect(texts == [["network", hexadecimal(network.fingerprint)], ["run", "7"]])
    }

    @Test("has the network's inputs and outputs, with a batch of any size")
    func values() throws {
        let graph = try #require(try model().messages(7).first)
        func described(_ field: Int) throws -> [String] {
            try graph.messages(field).map { value in
                let tensor = try #require(try value.messages(2).first?.messages(1).first)
                #expect(tensor.integers(1) == [1], "single precision")
                let dimensions = try #require(try tensor.messages(2).first?.messages(1))
                let extents = dimensions.map {
                    $0.texts(2).first ?? $0.integers(1).first.map(String.init) ?? "?"
                }
                return value.texts(1).joined() + " " + extents.joined(separator: "x")
            }
        }
        #expect(try described(11) == ["image batchx3x16x16", "extra batchx10"])
        #expect(try described(12) == ["embedding batchx16", "mask batchx1x8x8"])
    }

    @Test("computes each tensor once, after its sources, of names that exist")
    func order() throws {
        let graph = try #require(try model().messages(7).first)
        var known = Set(
            try (graph.messages(11)).flatMap { $0.texts(1) } + graph.messages(5).flatMap { $0.texts(8) }
        )
        for node in try graph.messages(1) {
            for source in node.texts(1) where !source.isEmpty { #expect(known.contains(source), "\(source)") }
            let results = node.texts(2)
            #expect(results.count == 1 && !known.contains(results[0]))
            known.formUnion(results)
        }
        for layer in network.layers { #expect(known.contains(layer.name)) }
    }

    @Test("uses the operators of version 17 with their attributes")
    func operators() throws {
        let graph = try #require(try model().messages(7).first)
        let nodes = try graph.messages(1)
        func node(_ name: String) throws -> ProtobufReader {
            try #require(nodes.first { $0.texts(2) == [name] }, "\(name)")
        }
        let kinds = [
            "stem": "Conv", "stem.norm": "BatchNormalization", "stem.relu": "Relu", "depth.gelu/erf": "Erf",
            "largest": "MaxPool", "added": "Sum", "means": "AveragePool", "near": "Resize",
            "joined": "Concat",
            "global/means": "GlobalAveragePool", "global": "Flatten", "flat.linear": "Gemm",
            "embedding/length": "ReduceL2", "embedding": "Mul",
        ]
        for (name, kind) in kinds { #expect(try node(name).texts(4) == [kind], "\(name)") }
        let depth = try node("depth")
        #expect(depth.texts(1) == ["stem.relu", "depth.weight", "depth.bias"])
        var attributes: [String: [Int]] = [:]
        for attribute in try depth.messages(5) {
            // The type first: 2 for a whole number, 7 for several.
            let (type, values) = (attribute.integers(20), attribute.integers(3) + attribute.integers(8))
            attributes[attribute.texts(1).joined()] = type + values
        }
        let four = [7, 1, 1, 1, 1]
        #expect(
            attributes == ["kernel_shape": [7, 3, 3], "strides": [7, 2, 2], "pads": four, "group": [2, 8]]
        )
        let epsilon = try #require(try node("joined.norm").messages(5).first)
        #expect(epsilon.fields.contains { $0 == (2, .fourBytes(Float(1e-3).bitPattern)) })
    }

    @Test("holds the parameters to the bit")
    func constants() throws {
        let graph = try #require(try model().messages(7).first)
        var found = 0
        for tensor in try graph.messages(5) {
            let name = tensor.texts(8).joined()
            let arrays = parameters.trained[name] == nil ? parameters.statistics : parameters.trained
            guard let place = arrays.place(of: name) else { continue }
            found += 1
            // What scales the channels of a layer normalization is written as a column.
            let column = name.hasPrefix("own.norm") ? [1, 1] : []
            #expect(tensor.integers(1) == arrays.shapes[place] + column && tensor.integers(2) == [1])
            let bytes = arrays.values[place].flatMap { value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            }
            #expect(tensor.bytes(9) == [bytes], "\(name)")
        }
        #expect(found == parameters.trained.names.count + parameters.statistics.names.count)
    }

    @Test("leaves out what no output needs")
    func pruning() throws {
        let graph = try #require(try model { $0.outputs = ["mask"] }.messages(7).first)
        let results = Set(try graph.messages(1).flatMap { $0.texts(2) })
        #expect(results.contains("mask") && !results.contains("projected") && !results.contains("global"))
        #expect(try !graph.messages(5).contains { $0.texts(8) == ["projected.weight"] })
    }

    @Test("is refused with a reason")
    func refusals() throws {
        func complaint(_ network: Network, _ parameters: Parameters) -> String {
            do {
                _ = try onnxModel(of: network, parameters: parameters)
                return ""
            } catch {
                return error.description
            }
        }
        var other = network
        other.outputs = []
        #expect(complaint(other, parameters).contains("no outputs"))
        other.outputs = ["image"]
        #expect(complaint(other, parameters).contains("output image is no layer"))
        other.outputs = ["mask", "mask"]
        #expect(complaint(other, parameters).contains("twice"))
        let bare = Parameters(trained: NamedArrays([]), statistics: NamedArrays([]))
        #expect(complaint(network, bare).contains("array stem.weight is missing"))
        var clash = Network(inputs: [.init("x", shape: [3]), .init("y.weight", shape: [3])])
        try clash.add("y", .linear(count: 3), "x")
        clash.outputs = ["y"]
        #expect(complaint(clash, madeUpParameters(of: clash)).contains("two tensors are called y.weight"))
    }
}
