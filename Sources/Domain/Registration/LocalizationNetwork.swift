package import Learning
private import LinearAlgebra

/// The network that says how one slice has to be warped onto another (the localization network of a spatial
/// transformer, Jaderberg et al. 2015, here of a pair): four convolutions of stride 2, then two heads, an
/// affine map and the displacements of a coarse grid.
package enum LocalizationNetwork {
    /// Side of the images that it sees: the 2 x 2 means of a `LungCrop`.
    package static let side = 64
    /// Planes of one slice: grey values, left lung, right lung.
    static let planeCount = 3
    /// Channels of the four convolutions.
    static let channels = [16, 32, 48, 64]
    static let hiddenCount = 128
    /// Both heads' outputs are multiplied by this: so they start slowly although all layers share one rate.
    static let headScale: Float = 0.3
    /// Input: (6, 64, 64), the moving slice's planes, then the fixed one's.
    static let input = "pair"
    /// Outputs, before the scale: (6) rows of (A - I | t), and (2 · knots · knots) displacements, x before y.
    static let (affine, grid) = ("affine", "grid")
    private static let names = ["first", "second", "third", "fourth"]

    /// Numbers of the grid's head.
    static var gridCount: Int { 2 * SplineBasis.knotCount * SplineBasis.knotCount }

    /// The whole network. Parameters are named as layers: "first.conv.weight" (16, 6, 3, 3) to "grid.bias"
    /// (98).
    package static func network() throws(NetworkError) -> Network {
        var network = Network(inputs: [.init(input, shape: [2 * planeCount, side, side])])
        let first = try addConvolution(0, of: input, to: &network)
        try addRest(after: first, to: &network)
        return network
    }

    /// What follows the first convolution's activation, (16, 32, 32): its input is called "activation".
    static func rest() throws(NetworkError) -> Network {
        var network = Network(inputs: [.init(restInput, shape: firstShape)])
        try addRest(after: restInput, to: &network)
        return network
    }

    static let restInput = "activation"
    /// The shape of the first convolution's result.
    static var firstShape: [Int] { [channels[0], side / 2, side / 2] }

    private static func addConvolution(
        _ index: Int,
        of source: String,
        to network: inout Network
    ) throws(NetworkError) -> String {
        let name = names[index]
        try network.add(
            name + ".conv",
            .convolution(channels: channels[index], kernel: 3, stride: 2, padding: 1),
            source
        )
        try network.add(name + ".norm", .batchNormalization(), name + ".conv")
        return try network.add(name + ".relu", .activation(.relu), name + ".norm")
    }

    private static func addRest(after source: String, to network: inout Network) throws(NetworkError) {
        var last = source
        for index in 1..<channels.count { last = try addConvolution(index, of: last, to: &network) }
        try network.add("flat", .flattening, last)
        try network.add("hidden", .linear(count: hiddenCount), "flat")
        try network.add("hidden.relu", .activation(.relu), "hidden")
        try network.add(affine, .linear(count: SamplingGrid.affineCount), "hidden.relu")
        try network.add(grid, .linear(count: gridCount), "hidden.relu")
        network.outputs = [affine, grid]
    }

    /// Random numbers to start from; the heads are zero, so that training starts with the identity.
    static func parameters(of network: Network, seed: UInt64) -> Parameters {
        var generator = SeededGenerator(seed: seed)
        let drawn = Parameters(of: network, generator: &generator)
        let values = zip(drawn.trained.names, drawn.trained.values).map { name, values in
            [affine, grid].contains { name.hasPrefix($0 + ".") }
                ? [Float](repeating: 0, count: values.count) : values
        }
        return Parameters(
            trained: NamedArrays(like: drawn.trained, values: values),
            statistics: drawn.statistics
        )
    }
}
