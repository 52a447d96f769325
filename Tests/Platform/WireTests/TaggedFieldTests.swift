import Testing
import Wire

/// A request without fields, to look at what follows them.
private struct Ask: WireRequest, Equatable {
    typealias Reply = Ask
    static let kind = MessageKind(.gateway, 0x7F)
    static let schema: UInt8 = 1

    init() {}
    init(from reader: inout FrameReader) throws(WireError) {}
    func encode(into writer: inout FrameWriter) {}
}

@Suite("Tagged fields")
struct TaggedFieldTests {
    private func body(_ fields: [(UInt16, [UInt8])]) -> [UInt8] {
        var writer = FrameWriter()
        for (tag, value) in fields { writer.tagged(tag, value) }
        return writer.bytes
    }

    // W-18: tags ascend and reach up to the end of the body.
    @Test("refuses tags that do not ascend", arguments: [[7, 7], [9, 7], [11, 9]] as [[UInt16]])
    func order(tags: [UInt16]) {
        #expect(throws: WireError(.tagOrder, at: 38, reading: "tag")) {
            _ = try Ask.decode(body(tags.map { ($0, []) }))
        }
    }

    // W-18: what is cut is refused where it is cut.
    @Test("refuses tagged fields that are cut anywhere")
    func cut() throws {
        let whole = body([(7, [1, 2, 3])])
        _ = try Ask.decode(whole)
        for length in 1..<whole.count {
            let expected =
                switch length {
                case 1: WireError(.truncated, at: 32, reading: "tag")
                case 2..<6: WireError(.truncated, at: 34, reading: "tagLength")
                default: WireError(.limitExceeded, at: 34, reading: "tagLength")
                }
            #expect(throws: expected) { _ = try Ask.decode(Array(whole[..<length])) }
        }
    }

    // W-19: odd tags that nobody knows are skipped, even ones refused.
    @Test("skips what may be skipped and refuses what may not")
    func unknown() throws {
        let (request, options) = try Ask.decode(body([(7, [1]), (65_535, [])]))
        #expect(request == Ask())
        #expect(options == RequestOptions())
        #expect(throws: WireError(.unknownTag, at: 38, reading: "tag")) {
            _ = try Ask.decode(body([(7, []), (8, [])]))
        }
        #expect(throws: WireError(.unknownTag, at: 32, reading: "tag")) {
            _ = try Ask(decoding: body([(2, [])]))
        }
    }

    // W-20: deadline, trace parent and fingerprint of a request.
    @Test("carries the common options")
    func options() throws {
        let options = RequestOptions(
            deadline: 1_795_406_400_000,
            traceParent: Array(0..<25),
            fingerprint: Fingerprint(bytes: Array(100..<132))
        )
        #expect(try Ask.decode(Ask().body(with: options)).options == options)
        #expect(Array(Ask().body(with: options)[6..<14]) == [0, 0x8A, 0x8F, 0x06, 0xA2, 0x01, 0, 0])
    }

    // W-20: another length is refused in a request; in a reply the tag means nothing.
    @Test("refuses options of another length in requests only", arguments: [1, 3, 5] as [UInt16])
    func length(tag: UInt16) throws {
        let names: [UInt16: String] = [1: "deadline", 3: "traceParent", 5: "fingerprint"]
        let wrong = body([(tag, [0])])
        #expect(throws: WireError(.badTagLength, at: 38, reading: names[tag] ?? "")) {
            _ = try Ask.decode(wrong)
        }
        #expect(try Ask(decoding: wrong) == Ask())
    }

    // W-29: a tag that holds one value: read as written, absent when it is, refused at another length.
    @Test("carries a single value of a prescribed type")
    func singleValues() throws {
        var writer = FrameWriter()
        writer.tagged(11, optional: UInt32(7))
        writer.tagged(13, optional: Float?.none)
        writer.tagged(15, optional: Float(0.5))
        var reader = FrameReader(writer.bytes)
        let fields = try TaggedFields(from: &reader)
        #expect(try fields.value(11, "step", as: UInt32.self) == 7)
        #expect(try fields.value(13, "rate", as: Float.self) == nil)
        #expect(try fields.value(15, "rate", as: Float.self) == 0.5)
        #expect(throws: WireError(.badTagLength, at: 38, reading: "step")) {
            _ = try fields.value(11, "step", as: UInt64.self)
        }
    }

    // W-29: a tag that holds a text or a list is filled by it, and may be read ahead of what else reads the tags.
    @Test("carries a value of any length, which fills its tag")
    func wholeValues() throws {
        var writer = FrameWriter()
        writer.tagged(11, optional: "lung")
        writer.tagged(13, optional: [Float(0.5), 1])
        writer.tagged(15, optional: [String]?.none)
        writer.tagged(17, [2, 0, 0, 0, 65, 66, 67])
        var reader = FrameReader(writer.bytes)
        let fields = try TaggedFields(aheadOf: reader)
        #expect(try fields.whole(11, "reason", as: String.self) == "lung")
        #expect(try fields.whole(13, "points", as: [Float].self) == [0.5, 1])
        #expect(try fields.whole(15, "flags", as: [String].self) == nil)
        // The value stands behind three tags of 6 bytes, a text of 8, a list of 12, and its own tag.
        let offset = 32 + 3 * 6 + 8 + 12
        #expect(throws: WireError(.badTagLength, at: offset, reading: "reason")) {
            _ = try fields.whole(17, "reason", as: String.self)
        }
        #expect(throws: WireError(.limitExceeded, at: offset, reading: "points")) {
            _ = try fields.whole(17, "points", as: [Float].self)
        }
        // Nothing was taken from the reader.
        #expect(try TaggedFields(from: &reader).whole(11, "reason", as: String.self) == "lung")
        #expect(reader.remaining == 0)
    }
}
