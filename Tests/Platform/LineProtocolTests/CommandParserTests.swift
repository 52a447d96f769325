import NIOCore
import Testing

@testable import LineProtocol

@Suite("Lines and RESP2")
struct CommandParserTests {
    let parser = CommandParser(limits: LineLimits(bulkByteCount: 1 << 20))

    /// All commands in `bytes`, as text.
    func commands(_ bytes: String) throws -> [[String]] {
        var buffer = ByteBuffer(string: bytes)
        var found: [[String]] = []
        while let words = try self.parser.next(in: &buffer) { found.append(words.map { String(buffer: $0) }) }
        return found
    }

    @Test("G-01: an array of bulk strings is a command, and its bytes are not looked into")
    func array() throws {
        #expect(try self.commands("*2\r\n$4\r\nPING\r\n$4\r\n\r\n*$\r\n") == [["PING", "\r\n*$"]])
        #expect(try self.commands("*1\r\n$0\r\n\r\n") == [[""]])
    }

    @Test(
        "G-02: a plain line is a command",
        arguments: [
            ("PING\n", [["PING"]]),
            ("PING\r\nPING x\r\n", [["PING"], ["PING", "x"]]),
            ("  SEARCH\tSLICE  a \r\n", [["SEARCH", "SLICE", "a"]]),
            ("FILTER \"kernel=B 30\" x\r\n", [["FILTER", "kernel=B 30", "x"]]),
            ("PING \"\"\r\n", [["PING", ""]]),
            ("\r\n", [[]]),
        ]
    )
    func line(bytes: String, expected: [[String]]) throws {
        #expect(try self.commands(bytes) == expected)
    }

    @Test("G-04: commands arrive in any pieces and keep their order")
    func byteByByte() throws {
        let bytes = Array("*2\r\n$4\r\nPING\r\n$3\r\na\nb\r\nPING c\n*1\r\n$4\r\nQUIT\r\n".utf8)
        var buffer = ByteBuffer()
        var found: [[String]] = []
        for byte in bytes {
            buffer.writeInteger(byte)
            while let words = try self.parser.next(in: &buffer) {
                found.append(words.map { String(buffer: $0) })
            }
        }
        #expect(found == [["PING", "a\nb"], ["PING", "c"], ["QUIT"]])
        #expect(buffer.readableBytes == 0)
    }

    @Test(
        "G-03: what is beyond a bound is refused before it is waited for",
        arguments: [
            ("*2\r\n$4\r\nPING\r\n$1048577\r\n", LineViolation.bulkTooLong(announced: 1_048_577)),
            ("*257\r\n", .tooManyArguments),
            (String(repeating: "a", count: (64 << 10) + 1), .lineTooLong),
            ("*" + String(repeating: "1", count: 70_000), .lineTooLong),
        ]
    )
    func bounds(bytes: String, expected: LineViolation) {
        #expect(throws: expected) { try self.commands(bytes) }
    }

    @Test(
        "G-07: bytes that are no request",
        arguments: [
            ("*x\r\n", LineViolation.malformed("expected * and a length")),
            ("*1\r\nPING\r\n", .malformed("expected $ and a length")),
            ("*1\r\n$-1\r\n", .malformed("a bulk string of negative length")),
            ("*1\r\n$4\r\nPINGxx", .malformed("a bulk string does not end in CR LF")),
            ("PING \"a\r\n", .malformed("a quote is not closed")),
            ("GET / HTTP/1.1\r\n", .http),
        ]
    )
    func violations(bytes: String, expected: LineViolation) {
        #expect(throws: expected) { try self.commands(bytes) }
    }

    @Test("G-03: 20,000 seeded random inputs neither crash nor grow")
    func randomBytes() {
        var seed: UInt64 = 0x9E37_79B9
        let alphabet = Array("*$0123456789-\r\n \"PING\u{0}".utf8)
        for _ in 0..<20_000 {
            var buffer = ByteBuffer()
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                buffer.writeInteger(alphabet[Int((seed >> 33) % UInt64(alphabet.count))])
            }
            var before = buffer.readableBytes + 1
            while buffer.readableBytes < before {
                before = buffer.readableBytes
                guard (try? self.parser.next(in: &buffer)) != nil else { break }
            }
            #expect(buffer.readableBytes <= 40)
        }
    }

    @Test("G-05: replies are RESP2")
    func replies() {
        let reply = Reply.list([
            .status("OK"), .integer(-7), .text("a\r\nb"), .none, .failure(code: .notFound, text: "no\nslice"),
            .number(0.1),
        ])
        var buffer = ByteBuffer()
        reply.write(to: &buffer)
        #expect(
            String(buffer: buffer)
                == "*6\r\n+OK\r\n:-7\r\n$4\r\na\r\nb\r\n$-1\r\n-NOTFOUND no slice\r\n$3\r\n0.1\r\n"
        )
    }
}
