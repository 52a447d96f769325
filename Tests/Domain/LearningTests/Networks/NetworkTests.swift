import Learning
import Testing

@Suite("Network")
struct NetworkTests {
    @Test("has results of the shapes that PyTorch's layers have")
    func shapes() throws {
        let network = try madeUpNetwork()
        let expected: [(String, [Int])] = [
            ("image", [3, 16, 16]), ("stem", [8, 16, 16]), ("stem.relu", [8, 16, 16]), ("depth", [8, 8, 8]),
            ("largest", [8, 8, 8]), ("added", [8, 8, 8]), ("means", [8, 4, 4]), ("near", [8, 8, 8]),
            ("smooth", [8, 8, 8]), ("joined", [24, 8, 8]), ("mask", [1, 8, 8]), ("global", [24]),
            ("flat", [128]), ("all", [40]), ("projected", [16]), ("embedding", [16]),
        ]
        for (name, shape) in expected { #expect(network.shape(of: name) == shape, "\(name)") }
        #expect(network.shape(of: "nothing") == nil)
    }

    @Test(
        "moves windows as far as whole strides go",
        arguments: [(7, 3, 2, 0, 3), (8, 3, 2, 1, 4), (5, 5, 1, 2, 5)]
    )
    func windows(side: Int, kernel: Int, stride: Int, padding: Int, expected: Int) throws {
        var network = Network(inputs: [.init("x", shape: [2, side, side + 1])])
        try network.add("c", .convolution(channels: 4, kernel: kernel, stride: stride, padding: padding), "x")
        try network.add("p", .pooling(.average, kernel: kernel, stride: stride, padding: padding), "x")
        let width = (side + 1 + 2 * padding - kernel) / stride + 1
        #expect(network.shape(of: "c") == [4, expected, width])
        #expect(network.shape(of: "p") == [2, expected, width])
    }

    @Test("names and shapes its parameters and statistics in the order of layers")
    func parameters() throws {
        let network = try madeUpNetwork()
        let names = network.parameters.map(\.name)
        #expect(
            names == [
                "stem.weight", "stem.norm.weight", "stem.norm.bias", "depth.weight", "depth.bias",
                "joined.norm.weight", "joined.norm.bias", "own.norm.weight", "own.norm.bias", "mask.weight",
                "mask.bias", "flat.linear.weight", "flat.linear.bias", "projected.weight",
            ]
        )
        let shapes = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.shape) })
        #expect(shapes["stem.weight"] == [8, 3, 3, 3])
        #expect(shapes["depth.weight"] == [8, 1, 3, 3], "each group has one channel")
        #expect(shapes["flat.linear.weight"] == [6, 128] && shapes["flat.linear.bias"] == [6])
        #expect(
            network.statistics.map(\.name) == [
                "stem.norm.running_mean", "stem.norm.running_var", "joined.norm.running_mean",
                "joined.norm.running_var",
            ]
        )
        #expect(network.statistics.map(\.shape) == [[8], [8], [24], [24]])
    }

    /// An operation, its sources of image (3, 8, 8), small (2, 4, 4) and flat (5), and a part of the complaint.
    static let refused: [(Operation, [String], String)] = [
        (.convolution(channels: 4, kernel: 3), ["flat"], "convolution of [5]"),
        (.convolution(channels: 4, kernel: 3, groups: 2), ["image"], "2 groups of 3"),
        (.convolution(channels: 4, kernel: 3, groups: 3), ["image"], "3 groups of 3 and 4"),
        (.convolution(channels: 4, kernel: 3, groups: 0), ["image"], "0 groups"),
        (.convolution(channels: 4, kernel: 9), ["image"], "a window of 9"),
        (.convolution(channels: 4, kernel: 0), ["image"], "kernel 0"),
        (.convolution(channels: 4, kernel: 3, stride: 0), ["image"], "stride 0"),
        (.convolution(channels: 4, kernel: 3, padding: -1), ["image"], "padding -1"),
        (.pooling(.maximum, kernel: 2, stride: 2, padding: 2), ["image"], "padding 2"),
        (.pooling(.average, kernel: 2, stride: 2), ["flat"], "pooling of [5]"),
        (.batchNormalization(), ["flat"], "not (channels, height, width)"),
        (.globalAverage, ["flat"], "not (channels, height, width)"),
        (.upsampling(factor: 2, .nearest), ["flat"], "not (channels, height, width)"),
        (.flattening, ["flat"], "not (channels, height, width)"),
        (.linear(count: 3), ["image"], "a linear layer of [3, 8, 8]"),
        (.linear(count: 0), ["flat"], "a linear layer"),
        (.unitLength(), ["image"], "the length of"),
        (.activation(.relu), ["image", "small"], "2 sources"),
        (.activation(.relu), ["unknown"], "called unknown"),
        (.sum, ["image", "small"], "a sum of"),
        (.concatenation, ["image", "small"], "concatenation of"),
        (.concatenation, ["image", "flat"], "concatenation of"),
    ]

    @Test("refuses what does not fit, and names layer and reason", arguments: refused)
    func refusal(operation: Operation, sources: [String], reason: String) throws {
        var network = Network(
            inputs: [
                .init("image", shape: [3, 8, 8]), .init("small", shape: [2, 4, 4]), .init("flat", shape: [5]),
            ]
        )
        let before = network
        let error = try #require(throws: NetworkError.self) {
            if sources.count == 1 {
                try network.add("layer", operation, sources[0])
            } else {
                try network.add("layer", operation, sources[0], sources[1])
            }
        }
        #expect(error.description.contains("layer layer") && error.description.contains(reason), "\(error)")
        #expect(network == before)
    }

    @Test("refuses a name that is taken, and a layer of nothing")
    func names() throws {
        var network = Network(inputs: [.init("x", shape: [4])])
        try network.add("y", .activation(.relu), "x")
        #expect(throws: NetworkError.self) { try network.add("y", .activation(.gelu), "x") }
        #expect(throws: NetworkError.self) { try network.add("x", .activation(.gelu), "y") }
        #expect(throws: NetworkError.self) { try network.add("z", .sum) }
        #expect(network.layers.count == 1)
    }
}
