import Foundation
import NIOCore
import TestKit
import Testing

@testable import LineProtocol

/// Whether Debian's redis-tools are here.
let hasRedisTools = FileManager.default.isExecutableFile(atPath: "/usr/bin/redis-benchmark")

@Suite("Replies, read back")
struct ReplyParserTests {
    private func parsed(_ text: String) throws -> Reply? {
        var buffer = ByteBuffer(string: text)
        return try ReplyParser().next(in: &buffer)
    }

    /// A reply of any form, at most `depth` lists deep.
    private func randomReply(_ random: inout SplitMix64, depth: Int) -> Reply {
        let letters = Array("ab c\r\n$*-+:é")
        func text() -> String {
            String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    letters.randomElement(using: &random) ?? "x"
                }
            )
        }
        let line = text().filter { !$0.isNewline }
        switch Int.random(in: 0...(depth > 0 ? 5 : 4), using: &random) {
        case 0: return .status(line)
        case 1: return .failure(code: .stale, text: line)
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .text(text())
        case 4: return .none
        default:
            let count = Int.random(in: 0...4, using: &random)
            return .list((0..<count).map { _ in self.randomReply(&random, depth: depth - 1) })
        }
    }

    @Test("G-05: 2,000 seeded replies are read back as they were written, in any pieces")
    func roundTrip() throws {
        var random = SplitMix64(seed: 5)
        for _ in 0..<2_000 {
            let reply = self.randomReply(&random, depth: 4)
            var whole = ByteBuffer()
            reply.write(to: &whole)
            let bytes = Array(whole.readableBytesView)
            var buffer = ByteBuffer()
            var start = 0
            var found: [Reply] = []
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...9, using: &random))
                buffer.writeBytes(bytes[start..<end])
                while let next = try ReplyParser().next(in: &buffer) { found.append(next) }
                start = end
            }
            #expect(found == [reply])
            #expect(buffer.readableBytes == 0)
        }
    }

    @Test(
        "what is no reply is refused, whatever lengths it claims",
        arguments: [
            "$9223372036854775807\r\nx\r\n", "$67108865\r\n", "$-2\r\n", "*-2\r\n", "*1048577\r\n",
            ":1.5\r\n", "$x\r\n",
            "?\r\n", "\r\n", "+OK\n", "$1\r\nabc\r\n", String(repeating: "*1\r\n", count: 10),
            "+\u{1}" + String(repeating: "a", count: 70_000),
        ]
    )
    func refused(text: String) {
        #expect(throws: LineViolation.self) { try self.parsed(text) }
    }

    @Test("20,000 seeded random answers neither crash nor are read past their end")
    func fuzz() {
        var random = SplitMix64(seed: 6)
        let alphabet = Array("*$+-:0123456789\r\n\r\n OK".utf8)
        var readCount = 0
        for _ in 0..<20_000 {
            let bytes = (0..<24).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var buffer = ByteBuffer(bytes: bytes)
            while let reply = try? ReplyParser().next(in: &buffer) {
                readCount += 1
                _ = reply.text
            }
            #expect(buffer.readableBytes <= bytes.count)
        }
        #expect(readCount > 20)
    }

    @Test("fields are found by name, and a missing one is nil")
    func fields() {
        let reply = Reply.fields(["seq": .integer(7), "hits": .list([.text("a")]), "radius": .number(0.25)])
        #expect(reply["seq"]?.number == 7)
        #expect(reply["hits"]?.elements == [.text("a")])
        #expect(reply["radius"]?.text == "0.25")
        #expect(reply["shards"] == nil && Reply.integer(1)["seq"] == nil)
    }

    @Test("G-05: a number reads back as the same 32-bit float")
    func numbers() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<5_000 {
            let value = Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))
            let text = try #require(Reply.number(Double(value)).text)
            #expect(Float(text)?.bitPattern == value.bitPattern)
        }
    }

    @Test("G-06: a failure's first word is its code, and its text stays on one line")
    func failures() throws {
        #expect(
            try self.parsed("-NOTFOUND no such slice\r\n") == .failure(code: .notFound, text: "no such slice")
        )
        #expect(try self.parsed("-NEWCODE\r\n") == .failure(code: FailureCode(rawValue: "NEWCODE"), text: ""))
        var buffer = ByteBuffer()
        CommandFailure(.partial, "one\r\ntwo").reply.write(to: &buffer)
        #expect(String(buffer: buffer) == "-PARTIAL one two\r\n")
    }
}
