/// Finds the frames in a stream of bytes: frames laid end to end in a file or a pipe, read in pieces of any size.
///
/// nng delivers whole messages and needs none of this. After an error the stream has lost its place and stays broken:
/// there is no searching for the next magic.
package struct FrameAssembler: Sendable {
    private let limit: Int
    private var pending: [UInt8] = []
    private var failure: WireError?

    /// Starts at the beginning of a stream whose frames have at most `limit` bytes each.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Bytes taken in which no frame has used yet.
    package var pendingByteCount: Int { pending.count }

    /// Takes in the next bytes of the stream.
    ///
    /// The bytes are kept until `next()` is asked: a caller that asks after each piece holds one frame and one piece.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        if failure == nil { pending.append(contentsOf: bytes) }
    }

    /// The next whole frame; nil while it is not complete.
    ///
    /// A header is checked as soon as it is complete, so one that claims more than the limit is refused before its
    /// body is waited for.
    package mutating func next() throws(WireError) -> Frame? {
        if let failure { throw failure }
        guard pending.count >= FrameHeader.byteCount else { return nil }
        do {
            let header = try FrameHeader(decoding: Array(pending.prefix(FrameHeader.byteCount)), limit: limit)
            let byteCount = FrameHeader.byteCount + header.bodyByteCount
            guard pending.count >= byteCount else { return nil }
            let frame = try Frame(decoding: Array(pending.prefix(byteCount)), limit: limit)
            pending.removeFirst(byteCount)
            return frame
        } catch {
            failure = error
            pending = []
            throw error
        }
    }
}
