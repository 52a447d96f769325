package import Learning

/// The third layer of what is learned: from where the lungs are denser than others' to a vector of the place, size and
/// texture of lesions (319,264 parameters). The reference implementation (`science.md`, point 8) has half the channels and
/// sees neither contrast nor background: with them, small lesions of ground glass are seen far more often.
package enum DensityEncoder {
    /// Input: (5, 64, 64), difference of each cell's density from the usual one, the cell's share of lung, and the contrast:
    /// how far the difference is from its mean nearby; then difference and contrast of the background, between the vessels.
    package static let cells = "cells"
    /// Output: (64), of unit length.
    package static let output = "density"
    /// Numbers of the output.
    package static let count = 64
    /// Cells along each side.
    static let side = 64

    private static let channels = [32, 64, 64]
    private static let planes = 5

    static let inputs = [Network.Input(cells, shape: [planes, side, side])]
    /// Numbers of the input.
    static let inputCount = planes * side * side

    /// The encoder. Parameters are named as layers: "density.first.conv.weight" (32, 5, 3, 3) to "density.out.bias" (64).
    package static func network() throws(NetworkError) -> Network {
        var network = Network(inputs: inputs)
        try add(to: &network)
        network.outputs = [output]
        return network
    }

    /// Appends the layers to a network that has the input.
    static func add(to network: inout Network) throws(NetworkError) {
        var last = cells
        for (name, channels) in zip(EncoderBlock.names, channels) {
            last = try EncoderBlock.add("density." + name, channels: channels, of: last, to: &network)
        }
        try network.add("density.flat", .flattening, last)
        try network.add("density.out", .linear(count: count), "density.flat")
        try network.add(output, .unitLength(), "density.out")
    }
}
