import LineProtocol
import NIOCore
import TestKit
import Testing

@Suite("A port that speaks lines", .timeLimit(.minutes(1)))
struct LineServerTests {
    @Test("G-04: commands sent together are answered in their order, also behind a slow one")
    func pipelining() async throws {
        let commands = (0..<300).map { number in
            switch number % 3 {
            case 0: "PING \(number)\r\n"
            case 1: "*2\r\n$4\r\nping\r\n$\("\(number)".count)\r\n\(number)\r\n"
            default: "PING \"\(number)\"\n"
            }
        }
        let expected = (0..<300).map { "$\("\($0)".count)\r\n\($0)\r\n" }
        try await withEchoServer { port in
            let text = "WAIT 60\r\n" + commands.joined() + "QUIT\r\nPING late\r\n"
            let answer = try await RawClient.exchange(port, text, endsFirst: false)
            #expect(answer == "+WAITED\r\n" + expected.joined() + "+OK\r\n")
        }
    }

    @Test("G-04: who ends first is answered all that arrived whole; a half command is dropped")
    func halfClose() async throws {
        try await withEchoServer { port in
            let text = "WAIT 30\r\nPING a\r\nPING b\nPI"
            let answer = try await RawClient.exchange(port, text, endsFirst: true)
            #expect(answer == "+WAITED\r\n$1\r\na\r\n$1\r\nb\r\n")
            let nothing = try await RawClient.exchange(port, "", endsFirst: true)
            #expect(nothing.isEmpty)
        }
    }

    @Test("G-04: a large answer arrives whole although its reader ended first and reads slowly")
    func largeAnswer() async throws {
        try await withEchoServer { port in
            let count = 48 << 20
            let answer = try await RawClient.exchange(port, [Array("BIG \(count)\r\n".utf8)], endsFirst: true)
            #expect(answer.count == "$\(count)\r\n".utf8.count + count + 2)
            #expect(answer.suffix(3) == [7, 0x0D, 0x0A])
        }
    }

    @Test("G-04: a silent connection is closed after the idle time, not before")
    func idle() async throws {
        try await withEchoServer {
            $0.idleTimeout = .milliseconds(300)
        } _: { port in
            let start = ContinuousClock.now
            let answer = try await RawClient.exchange(port, "PING\r\nPI", endsFirst: false)
            #expect(answer == "+PONG\r\n")
            let seconds = start.duration(to: .now) / .seconds(1)
            #expect(seconds >= 0.29 && seconds < 10)
        }
    }

    @Test("more connections than allowed are told so; a place that is free again is given")
    func tooMany() async throws {
        try await withEchoServer {
            $0.connectionsMaximum = 2
        } _: { port in
            let first = try await LineClient(host: "127.0.0.1", port: port)
            let second = try await LineClient(host: "127.0.0.1", port: port)
            _ = try await first.send("PING")
            _ = try await second.send("PING")
            let third = try await RawClient.exchange(port, "PING\r\n", endsFirst: false)
            #expect(third == "-BUSY too many connections\r\n")
            await first.close()
            let isServed = try await eventually {
                try await RawClient.exchange(port, "PING\r\n", endsFirst: true) == "+PONG\r\n"
            }
            #expect(isServed)
            let still = try await second.send("PING")
            #expect(still == .status("PONG"))
            await second.close()
        }
    }

    @Test(
        "G-03: a bulk string beyond the bound is answered TOOBIG, and the answer arrives although more is sent"
    )
    func oversize() async throws {
        try await withEchoServer { port in
            let head = Array("*2\r\n$4\r\nPING\r\n$65537\r\n".utf8)
            let pieces = [head] + Array(repeating: [UInt8](repeating: 1, count: 1 << 20), count: 8)
            let answer = String(
                decoding: try await RawClient.exchange(port, pieces, endsFirst: false),
                as: UTF8.self
            )
            #expect(answer == "-TOOBIG 65537 bytes are more than this gateway takes\r\n")
            let atBound = try await RawClient.exchange(
                port,
                [
                    Array("*2\r\n$4\r\nPING\r\n$65536\r\n".utf8), Array(repeating: 65, count: 65_536),
                    [13, 10],
                ],
                endsFirst: true
            )
            #expect(atBound.count == 8 + 65_536 + 2)
        }
    }

    @Test(
        "G-07: what is no request ends the connection; nothing after it is answered",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "-ERR this port speaks lines, not HTTP"),
            ("POST /search HTTP/1.1\r\n\r\nPING\r\n", "-ERR this port speaks lines, not HTTP"),
            ("*1\r\nPING\r\nPING\r\n", "-ERR protocol: "),
            ("*1\r\n$4\r\nPINGxxPING\r\n", "-ERR protocol: "),
            ("PING \"a\r\nPING\r\n", "-ERR protocol: "),
        ]
    )
    func noRequest(bytes: String, expected: String) async throws {
        try await withEchoServer { port in
            let answer = try await RawClient.exchange(port, "PING first\r\n" + bytes, endsFirst: false)
            #expect(answer.hasPrefix("$5\r\nfirst\r\n\(expected)"))
            #expect(answer.split(separator: "\r\n").count == 3 && answer.hasSuffix("\r\n"))
        }
    }

    @Test("G-07: seeded garbage never brings the port down")
    func garbage() async throws {
        var random = SplitMix64(seed: 11)
        try await withEchoServer { port in
            for _ in 0..<60 {
                let bytes = (0..<400).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                // A reset is no failure here: whoever sends garbage may lose the answer.
                _ = try? await RawClient.exchange(port, [bytes], endsFirst: true)
            }
            let answer = try await RawClient.exchange(port, "PING\r\n", endsFirst: true)
            #expect(answer == "+PONG\r\n")
        }
    }

    @Test("G-04: calls side by side on one client get each its own answer; the server's end fails them all")
    func sideBySide() async throws {
        try await withEchoServer { port in
            let client = try await LineClient(host: "127.0.0.1", port: port)
            let isRight = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask { try await client.send("PING", "\(number)") == .text("\(number)") }
                }
                return try await group.reduce(true) { $0 && $1 }
            }
            #expect(isRight)
            let last = try await client.send("QUIT")
            #expect(last == .status("OK"))
            await #expect(throws: (any Error).self) { try await client.send("PING") }
            await client.close()
        }
    }

    @Test("TLS: a client that trusts the authority is answered, plain text and strangers are not")
    func tls() async throws {
        try await withTemporaryFolder { folder in
            let script = """
                cd "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \\
                    -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout a.key -out a.pem &&
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \\
                    -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout b.key -out b.pem
                """
            try await withChildProcess("sh", ["-c", script, "sh", folder]) { child in
                #expect(await child.end(within: .seconds(30)) == .exited(code: 0), "\(child.output)")
            }
            try await withEchoServer {
                $0.host = "localhost"
                $0.certificateFile = "\(folder)/a.pem"
                $0.keyFile = "\(folder)/a.key"
            } _: { port in
                let client = try await LineClient(
                    host: "localhost",
                    port: port,
                    authorityFile: "\(folder)/a.pem"
                )
                let secret = try await client.send("PING", "secret")
                #expect(secret == .text("secret"))
                let big = try await client.send("BIG", "3000000")
                #expect(big == .bytes(.init(repeating: 7, count: 3_000_000)))
                await client.close()
                await #expect(throws: (any Error).self) {
                    let stranger = try await LineClient(
                        host: "localhost",
                        port: port,
                        authorityFile: "\(folder)/b.pem"
                    )
                    _ = try await stranger.send("PING")
                }
                let plain = try? await RawClient.exchange(port, "PING\r\n", endsFirst: false)
                #expect(!(plain ?? "").contains("PONG"))
            }
        }
    }

    @Test("redis-benchmark and redis-cli speak to it", .enabled(if: hasRedisTools, "redis-tools are absent"))
    func redisTools() async throws {
        try await withEchoServer { port in
            let options = ["-p", "\(port)", "-t", "ping", "-n", "3000", "-c", "10", "-P", "4", "-q"]
            try await withChildProcess("redis-benchmark", options) { child in
                #expect(await child.end(within: .seconds(30)) == .exited(code: 0), "\(child.output)")
                #expect(child.output.contains("PING_MBULK") && child.output.contains("requests per second"))
            }
            try await withChildProcess("redis-cli", ["-p", "\(port)", "PING", "two words"]) { child in
                #expect(await child.end(within: .seconds(10)) == .exited(code: 0))
                #expect(child.output == "two words\n")
            }
        }
    }
}
