import Learning

/// What both encoders are made of.
enum EncoderBlock {
    /// Names of an encoder's blocks.
    static let names = ["first", "second", "third", "fourth"]

    /// Appends a 3 x 3 convolution of stride 2, a normalization and a ReLU, (c, h, w) to (channels, h / 2, w / 2). The
    /// convolution has no bias: a batch normalization would take it away.
    ///
    /// - Returns: the name of the last layer, which is `name` and ".relu".
    static func add(
        _ name: String,
        channels: Int,
        normalization: Operation = .batchNormalization(),
        of source: String,
        to network: inout Network
    ) throws(NetworkError) -> String {
        try network.add(
            name + ".conv",
            .convolution(channels: channels, kernel: 3, stride: 2, padding: 1, hasBias: false),
            source
        )
        try network.add(name + ".norm", normalization, name + ".conv")
        return try network.add(name + ".relu", .activation(.relu), name + ".norm")
    }
}
