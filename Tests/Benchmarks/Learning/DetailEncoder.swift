import Learning

/// The detail encoder of the embedding, whose inputs are ready: what `make bench-learning` measures.
enum DetailEncoder {
    static let channels = [16, 32, 64, 96]

    /// image (3, 128, 128), maps (8, 64, 64) that join after the first block, outline (64), skip (512) to a vector of 96.
    ///
    /// - Parameter endsAtUnitLength: false where a loss normalizes by itself.
    static func network(endsAtUnitLength: Bool) throws -> Network {
        var network = Network(inputs: [
            .init("image", shape: [3, 128, 128]), .init("maps", shape: [8, 64, 64]),
            .init("outline", shape: [64]), .init("skip", shape: [512]),
        ])
        var last = "image"
        for (index, count) in self.channels.enumerated() {
            let name = "block\(index)"
            last = try network.add(
                name + ".conv",
                .convolution(channels: count, kernel: 3, stride: 2, padding: 1, hasBias: false),
                last
            )
            last = try network.add(name + ".norm", .batchNormalization(), last)
            last = try network.add(name + ".relu", .activation(.relu), last)
            if index == 0 { last = try network.add("joined", .concatenation, last, "maps") }
        }
        try network.add("pooled", .pooling(.average, kernel: 2, stride: 2), last)
        try network.add("flat", .flattening, "pooled")
        try network.add("all", .concatenation, "flat", "outline", "skip")
        try network.add("out", .linear(count: 96), "all")
        if endsAtUnitLength { try network.add("vector", .unitLength(), "out") }
        network.outputs = [endsAtUnitLength ? "vector" : "out"]
        return network
    }
}
