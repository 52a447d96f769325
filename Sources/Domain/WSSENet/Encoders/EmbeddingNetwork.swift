package import Learning

/// The three encoders as one network: the outline's vector is the detail's context, the density stands beside them. From
/// each encoder's vector the mean of the slices that it learned from is taken: what all slices share tells none from another.
package enum EmbeddingNetwork {
    /// Output: (64), the outline's vector of unit length.
    package static let outline = vector(OutlineEncoder.output)
    /// Output: (96), the detail's.
    package static let detail = vector(DetailEncoder.output)
    /// Output: (64), the density's.
    package static let density = vector(DensityEncoder.output)

    private static let encoders: [(name: String, count: Int)] = [
        (OutlineEncoder.output, OutlineEncoder.count), (DetailEncoder.output, DetailEncoder.count),
        (DensityEncoder.output, DensityEncoder.count),
    ]

    /// Inputs as `EncoderInputs` and `DensityEncoder` write them; outputs `outline`, `detail` and `density`.
    package static func network() throws(NetworkError) -> Network {
        var network = Network(inputs: inputs)
        try add(to: &network)
        return network
    }

    static let inputs = OutlineEncoder.inputs + DetailEncoder.inputs + DensityEncoder.inputs

    /// Appends the layers to a network that has the inputs, and makes the three vectors its outputs.
    static func add(to network: inout Network) throws(NetworkError) {
        try OutlineEncoder.add(to: &network)
        try DetailEncoder.add(to: &network)
        try DensityEncoder.add(to: &network)
        for (name, count) in encoders {
            try network.add(centered(name), .linear(count: count), name)
            try network.add(vector(name), .unitLength(), centered(name))
        }
        network.outputs = [outline, detail, density]
    }

    /// The parameters of all stages as those of the one network: layers bear the same names in it.
    ///
    /// - Parameters:
    ///   - stages: of the outline, the detail and the density.
    ///   - means: what is taken from each one's vectors; empty: nothing.
    package static func parameters(_ stages: [Parameters], means: [[Float]] = []) -> Parameters {
        func joined(_ all: [NamedArrays]) -> NamedArrays {
            NamedArrays(
                all.flatMap { arrays in
                    arrays.names.indices.map { (arrays.names[$0], arrays.shapes[$0], arrays.values[$0]) }
                }
            )
        }
        let centering = encoders.enumerated().flatMap { index, encoder in
            let zeros = [Float](repeating: 0, count: encoder.count)
            let mean = means.isEmpty ? zeros : means[index]
            // A subtraction as a linear layer, so that the network stays one of layers that others know.
            var identity = [Float](repeating: 0, count: encoder.count * encoder.count)
            for place in 0..<encoder.count { identity[place * (encoder.count + 1)] = 1 }
            return [
                (centered(encoder.name) + ".weight", [encoder.count, encoder.count], identity),
                (centered(encoder.name) + ".bias", [encoder.count], mean.map { 0 - $0 }),
            ]
        }
        return Parameters(
            trained: joined(stages.map(\.trained) + [NamedArrays(centering)]),
            statistics: joined(stages.map(\.statistics))
        )
    }

    private static func centered(_ name: String) -> String { name + ".centered" }
    private static func vector(_ name: String) -> String { name + ".vector" }
}
