package import Learning

/// The first layer of what is learned: from the two lungs' masks to a vector of their shape (112,288
/// parameters; architecture of the prototype, `science.md`, section C).
package enum OutlineEncoder {
    /// Side of the masks that it sees: the 2 x 2 means of a `LungCrop`.
    package static let side = 64
    /// Input: (2, 64, 64), left and right lung, -1 outside to 1 inside.
    package static let masks = "masks"
    /// Output: (64), of unit length.
    package static let output = "outline"
    /// Numbers of the output.
    package static let count = 64
    /// Channels of the four blocks.
    private static let channels = [16, 32, 48, 64]

    /// The encoder alone, as its stage trains it. Parameters are named as layers: "outline.first.conv.weight"
    /// (16, 2, 3, 3) to "outline.out.bias" (64).
    package static func network() throws(NetworkError) -> Network {
        var network = Network(inputs: inputs)
        try add(to: &network)
        network.outputs = [output]
        return network
    }

    static let inputs = [Network.Input(masks, shape: [2, side, side])]

    /// Appends the layers to a network that has the input.
    static func add(to network: inout Network) throws(NetworkError) {
        var last = masks
        for (name, channels) in zip(EncoderBlock.names, channels) {
            last = try EncoderBlock.add("outline." + name, channels: channels, of: last, to: &network)
        }
        try network.add("outline.flat", .flattening, last)
        try network.add("outline.out", .linear(count: count), "outline.flat")
        try network.add(output, .unitLength(), "outline.out")
    }
}
