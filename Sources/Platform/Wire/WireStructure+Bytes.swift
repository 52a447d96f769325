extension WireStructure {
    /// The fields as bytes, for a database column or a pipe: the same form as inside a frame.
    package var encodedBytes: [UInt8] {
        var writer = FrameWriter()
        self.encode(into: &writer)
        return writer.bytes
    }

    /// Reads what ``encodedBytes`` wrote.
    ///
    /// - Throws: `WireError` with the offset within `bytes` when they end early or hold a value that cannot be.
    package init(encodedBytes bytes: [UInt8]) throws(WireError) {
        var reader = FrameReader(bytes, startingAt: 0)
        try self.init(from: &reader)
    }
}
