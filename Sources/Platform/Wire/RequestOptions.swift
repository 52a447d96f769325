/// What every request may carry after its fixed fields, in odd tags: a callee that knows them not still answers.
package struct RequestOptions: Equatable, Sendable {
    /// Numbers of the tags.
    private enum Tag {
        static let deadline: UInt16 = 1
        static let traceParent: UInt16 = 3
        static let fingerprint: UInt16 = 5
    }

    /// Bytes of a trace parent: trace id (16), span id (8), flags (1).
    package static let traceParentByteCount = 25

    /// When nobody waits for the answer anymore, milliseconds since 1970.
    package var deadline: UInt64?
    /// The caller's place in a distributed trace, 25 bytes: trace id (16), span id (8), flags (1), as W3C defines them.
    package var traceParent: [UInt8]?
    /// The model whose vectors the request carries or wants.
    package var fingerprint: Fingerprint?

    /// Makes options; whatever is not given is absent. A trace parent of another length than 25 is left out.
    package init(deadline: UInt64? = nil, traceParent: [UInt8]? = nil, fingerprint: Fingerprint? = nil) {
        self.deadline = deadline
        self.traceParent = traceParent?.count == Self.traceParentByteCount ? traceParent : nil
        self.fingerprint = fingerprint
    }

    /// Reads the tags up to the end of the body.
    package init(from reader: inout FrameReader) throws(WireError) {
        let fields = try TaggedFields(from: &reader)
        let deadline = try fields.value(Tag.deadline, byteCount: 8, "deadline")
        let trace = try fields.value(Tag.traceParent, byteCount: Self.traceParentByteCount, "traceParent")
        let fingerprint = try fields.value(Tag.fingerprint, byteCount: Fingerprint.byteCount, "fingerprint")
        self.init(
            deadline: deadline.map { word(of: $0.reversed()) },
            traceParent: trace,
            fingerprint: fingerprint.map { Fingerprint(bytes: $0) }
        )
    }

    /// Writes the tags that are there, ascending.
    package func encode(into writer: inout FrameWriter) {
        if let deadline { writer.tagged(Tag.deadline, bigEndianBytes(of: deadline).reversed()) }
        if let traceParent { writer.tagged(Tag.traceParent, traceParent) }
        if let fingerprint { writer.tagged(Tag.fingerprint, fingerprint.bytes) }
    }
}
