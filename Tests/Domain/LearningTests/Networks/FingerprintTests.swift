import Testing

@testable import Learning

@Suite("Fingerprint of a network")
struct FingerprintTests {
    private func network(
        input: Network.Input = .init("x", shape: [4, 8, 8]),
        name: String = "c",
        _ operation: Operation = .convolution(channels: 4, kernel: 3),
        outputs: [String]? = nil
    ) throws -> Network {
        var network = Network(inputs: [input])
        try network.add(name, operation, input.name)
        network.outputs = outputs ?? [name]
        return network
    }

    @Test("is that of a text that stays as it is")
    func text() throws {
        let network = try madeUpNetwork()
        let lines = network.canonicalText.split(separator: "\n").map(String.init)
        #expect(lines.count == 1 + 2 + 20 + 1)
        for line in [
            "carina.network 1", "input 5:image (3,16,16)", "input 5:extra (10)",
            "layer 4:stem convolution 8 3 1 1 1 false < 5:image",
            "layer 5:depth convolution 8 3 2 1 8 true < 9:stem.relu",
            "layer 9:stem.norm batchNormalization 1e-05 0.1 < 4:stem",
            "layer 8:own.norm layerNormalization 0.001 < 11:joined.norm",
            "layer 10:depth.gelu gelu < 5:depth",
            "layer 5:added sum < 10:depth.gelu 7:largest 5:depth",
            "layer 6:smooth bilinearUpsampling 2 < 5:means",
            "layer 9:embedding unitLength 4.0 < 9:projected",
            "outputs 9:embedding 4:mask",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        // sha256sum of the text; when it changes, no checkpoint can be read any more.
        #expect(
            hexadecimal(network.fingerprint)
                == "5e0bfccc00061e1cb8cd5f82129b692964dcaffc6be65d43084b6649c5b6e1c0"
        )
    }

    @Test("differs with anything that a network can differ in")
    func differences() throws {
        var variants = [
            try network(), try network(input: .init("x", shape: [4, 8, 9])), try network(name: "d"),
            try network(input: .init("y", shape: [4, 8, 8])), try network(outputs: ["x"]),
            try network(outputs: ["c", "x"]), try network(outputs: []),
        ]
        let operations: [Operation] = [
            .convolution(channels: 8, kernel: 3), .convolution(channels: 4, kernel: 1),
            .convolution(channels: 4, kernel: 3, stride: 2), .convolution(channels: 4, kernel: 3, padding: 1),
            .convolution(channels: 4, kernel: 3, groups: 2),
            .convolution(channels: 4, kernel: 3, hasBias: false),
            .batchNormalization(), .batchNormalization(epsilon: 1e-4), .batchNormalization(momentum: 0.2),
            .layerNormalization(), .layerNormalization(epsilon: 1e-4),
            .activation(.relu), .activation(.gelu), .pooling(.maximum, kernel: 2, stride: 2),
            .pooling(.average, kernel: 2, stride: 2), .pooling(.maximum, kernel: 3, stride: 2),
            .pooling(.maximum, kernel: 2, stride: 1), .pooling(.maximum, kernel: 3, stride: 2, padding: 1),
            .globalAverage, .upsampling(factor: 2, .nearest), .upsampling(factor: 3, .nearest),
            .upsampling(factor: 2, .bilinear), .concatenation, .sum, .flattening,
        ]
        for operation in operations { variants.append(try network(operation)) }
        let flat = Network.Input("x", shape: [5])
        for operation in [
            .linear(count: 5), .linear(count: 6), .linear(count: 5, hasBias: false), .unitLength(),
            .unitLength(scale: 2),
        ] as [Operation] {
            variants.append(try network(input: flat, operation))
        }
        #expect(Set(variants.map(\.fingerprint)).count == variants.count)
        #expect(try network().fingerprint == network().fingerprint)
    }

    @Test("is not deceived by names that look like more fields")
    func names() throws {
        var first = Network(inputs: [.init("a", shape: [1]), .init("b", shape: [1])])
        try first.add("s", .sum, "a", "b")
        var second = Network(inputs: [.init("a", shape: [1]), .init("b", shape: [1])])
        try second.add("t", .sum, "a")
        first.outputs = ["s 1:a"]
        second.outputs = ["s", "a"]
        let ends = [first, second].map { $0.canonicalText.split(separator: "\n").last }
        #expect(ends == ["outputs 5:s 1:a", "outputs 1:s 1:a"])
    }
}
