package import Learning
import Lungs
import Orientation

/// The second layer of what is learned, on top of the outline: from grey values and gradient orientations to a
/// vector of vessels and bronchi (284,336 parameters; architecture of the prototype, `science.md`, section C, but for layer
/// instead of batch normalization: what it does to a slice depends on no other slice, and holds better for other patients).
package enum DetailEncoder {
    /// Input: (3, 128, 128), grey values in the lungs' row hull, -0.6 to 1.4, then left and right lung, 0 to 1.
    package static let image = "image"
    /// Input: (8, 64, 64), orientation maps, which join after the first block.
    package static let maps = "maps"
    /// Input: (512), means of the maps in 8 x 8 cells, of length 10, straight to the last layer.
    package static let skip = "skip"
    /// Input, where the encoder is trained alone: (64), what `OutlineEncoder` says of the same view.
    package static let outline = OutlineEncoder.output
    /// Output: (96), of unit length.
    package static let output = "detail"
    /// Numbers of the output.
    package static let count = 96
    /// Side of the orientation maps.
    static let mapSide = LungCrop.side / 2
    /// Numbers of the skip.
    static let skipCount = orientationCount * skipSide * skipSide
    /// Cells of the skip along each side.
    static let skipSide = 8
    /// Of the four blocks.
    package static let normalization = Operation.layerNormalization()
    /// Channels of the four blocks.
    private static let channels = [16, 32, 64, 96]

    /// The encoder alone, as its stage trains it. Parameters are named as layers: "detail.first.conv.weight"
    /// (16, 3, 3, 3) to "detail.out.bias" (96).
    ///
    /// - Parameter normalization: another one than ours, the reference implementation's for one.
    package static func network(
        normalization: Operation = normalization
    ) throws(NetworkError) -> Network {
        var network = Network(inputs: inputs + [.init(outline, shape: [OutlineEncoder.count])])
        try add(to: &network, normalization: normalization)
        network.outputs = [output]
        return network
    }

    /// Those that are made of a slice; the outline is not.
    static let inputs = [
        Network.Input(image, shape: [3, LungCrop.side, LungCrop.side]),
        Network.Input(maps, shape: [orientationCount, mapSide, mapSide]),
        Network.Input(skip, shape: [skipCount]),
    ]

    /// Appends the layers to a network that has the inputs and something called "outline".
    static func add(
        to network: inout Network,
        normalization: Operation = normalization
    ) throws(NetworkError) {
        var last = image
        for (index, channels) in channels.enumerated() {
            let name = "detail." + EncoderBlock.names[index]
            last = try EncoderBlock.add(
                name,
                channels: channels,
                normalization: normalization,
                of: last,
                to: &network
            )
            if index == 0 { last = try network.add("detail.joined", .concatenation, last, maps) }
        }
        // (96, 8, 8) to (96, 4, 4).
        try network.add("detail.pooled", .pooling(.average, kernel: 2, stride: 2), last)
        try network.add("detail.flat", .flattening, "detail.pooled")
        try network.add("detail.all", .concatenation, "detail.flat", outline, skip)
        try network.add("detail.out", .linear(count: count), "detail.all")
        try network.add(output, .unitLength(), "detail.out")
    }
}
