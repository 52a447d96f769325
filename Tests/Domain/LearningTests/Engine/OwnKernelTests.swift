import LinearAlgebra
import Tensors
import Testing

@testable import Learning

/// Convolutions that our own kernel computes, where the processor can.
@Suite struct OwnKernelTests {
    /// A convolution of an image, and one of its result joined with another input, which comes first or second.
    private static func network(channels: Int, side: Int, inputFirst: Bool) throws -> Network {
        let half = (side + 1) / 2
        var network = Network(inputs: [
            .init("image", shape: [channels, side, side]), .init("maps", shape: [channels, half, half]),
        ])
        try network.add(
            "first",
            .convolution(channels: 16, kernel: 3, stride: 2, padding: 1, hasBias: !inputFirst),
            "image"
        )
        try network.add("first.norm", .batchNormalization(), "first")
        try network.add("first.relu", .activation(.relu), "first.norm")
        try network.add(
            "joined",
            .concatenation,
            inputFirst ? "maps" : "first.relu",
            inputFirst ? "first.relu" : "maps"
        )
        try network.add(
            "second",
            .convolution(channels: 48, kernel: 3, stride: 2, padding: 1, hasBias: inputFirst),
            "joined"
        )
        try network.add("second.relu", .activation(.relu), "second")
        network.outputs = ["second.relu"]
        return network
    }

    private static func run(_ network: Network, own: Bool, threadCount: Int = 1) throws -> EngineRun {
        let run = try EngineRun(
            network,
            batch: 3,
            purpose: .inference,
            precision: .bfloat16,
            threadCount: threadCount,
            usesOwnKernels: own
        )
        run.compiled.forward()
        return run
    }

    @Test("near the definition, with and without them", arguments: [1, 3, 8], [true, false])
    func near(channels: Int, inputFirst: Bool) throws {
        for side in [7, 32, 45] {
            let network = try Self.network(channels: channels, side: side, inputFirst: inputFirst)
            for own in [true, false] {
                let run = try Self.run(network, own: own)
                let expected = run.twin.tensors(of: run.inputs).tensor("second.relu").values
                let found = run.compiled.output("second.relu").values
                #expect(relativeError(found, expected) < 0.02, "side \(side), own kernels \(own)")
            }
        }
    }

    @Test("nothing is copied for them; on several threads, and where they are not wanted, oneDNN computes")
    func steps() throws {
        let network = try Self.network(channels: 3, side: 32, inputFirst: false)
        func works(own: Bool, threadCount: Int = 1) throws -> [String] {
            let run = try Self.run(network, own: own, threadCount: threadCount)
            return run.compiled.forwardSteps.filter { $0.layer != "second.relu" }.map(\.work)
        }
        let expected = ["convolution", "convolution", "convolution"]
        if FewChannelConvolution.isSupported { #expect(try works(own: true) == expected) }
        #expect(try works(own: false).filter { $0 == "convolution" } == expected)
        #expect(try works(own: true, threadCount: 2) == works(own: false, threadCount: 2))
    }

    @Test("parameters that change are taken over, and inputs bound anew are read")
    func refresh() throws {
        let network = try Self.network(channels: 3, side: 20, inputFirst: false)
        let run = try Self.run(network, own: true)
        let first = run.compiled.output("second.relu").values
        for name in ["image", "maps"] {
            let other = TensorPlace(zeros: run.compiled.input(name).format.shape)
            other.replace(with: run.compiled.input(name).values.map { 2 * $0 })
            run.compiled.bind(name, to: other)
        }
        // Half the weights of twice the inputs, in powers of two: the same bits, but for the shifts behind.
        for name in ["first.weight", "second.weight"] {
            let place = run.compiled.storage.place(of: name)
            place.replace(with: place.values.map { $0 / (name == "first.weight" ? 2 : 1) })
        }
        let maps = run.compiled.input("maps")
        maps.replace(with: maps.values.map { $0 / 2 })
        run.compiled.refresh()
        run.compiled.forward()
        #expect(run.compiled.output("second.relu").values == first)
    }

    @Test("any number of items in bfloat16, as oneDNN alone", arguments: [1, 7, 21])
    func inference(count: Int) throws {
        let network = try Self.network(channels: 8, side: 32, inputFirst: false)
        let inputs = NetworkInferenceTests.inputs(network, count: count)
        let found = try [true, false].map { own in
            try NetworkInference(
                network,
                parameters: NetworkInferenceTests.parameters(network),
                precision: .bfloat16,
                threadCount: 2,
                usesOwnKernels: own
            ).outputs(of: inputs, count: count)["second.relu"] ?? []
        }
        #expect(relativeError(found[0], found[1].map { Double($0) }) < 0.02)
    }
}
