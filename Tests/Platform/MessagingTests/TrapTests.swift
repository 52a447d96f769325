import Foundation
import Glibc
import Messaging
import TestKit
import Testing

/// The measured traps of nng 1.5.2 which the storms and the shared promises do not meet.
@Suite("Traps of nng", .timeLimit(.minutes(1)))
struct TrapTests {
    private func serve(
        limit: Int = testLimit,
        _ answer: @escaping @Sendable ([UInt8]) async -> [UInt8] = { $0 }
    ) async throws -> (listener: any Listener, port: UInt16) {
        let listener = try await NNGTransport().serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 2,
            receiveLimit: limit,
            answer: answer
        )
        return (listener, try #require(listener.address.port))
    }

    @Test("nng trap 4: a request whose connection is lost ends, and is not sent again")
    func doesNotResend() async throws {
        let (server, port) = try RawSocket.listening()
        let requester = try NNGTransport().requester(
            to: try Address("tcp://127.0.0.1:\(port)"),
            receiveLimit: testLimit
        )
        let request = Task {
            await failureKind { _ = try await requester.request([1], timeout: .seconds(20)) }
        }
        do {
            let first = try #require(await server.accepted())
            await first.send(Hello.reply)
            #expect(await first.receive(8 + 13).count == 21)
            // Leaving the scope closes the connection: the peer crashed after it received the request.
        }
        #expect(await request.value == .other)
        let second = try #require(await server.accepted())
        await second.send(Hello.reply)
        #expect(await second.receive(8) == Hello.request)
        #expect(await second.receive(1, within: 300) == [])
        await requester.close()
    }

    @Test("nng trap 6: a request beyond the listener's limit fails once, and others go on")
    func failsBeyondPeersLimit() async throws {
        let calls = Locked(0)
        let (listener, _) = try await serve(limit: 1000) {
            calls.withLock { $0 += 1 }
            return $0
        }
        let requester = try NNGTransport().requester(to: listener.address, receiveLimit: 5000)
        try await expectEcho(of: [1], by: requester)
        let large = [UInt8](repeating: 1, count: 2000)
        #expect(await failureKind { _ = try await requester.request(large, timeout: .seconds(20)) } == .other)
        try await expectEcho(of: [2], by: requester)
        #expect(calls.withLock { $0 } == 2)
        await requester.close()
        await listener.close()
    }

    @Test(
        "nng trap 7: a header claiming 3 GiB reserves no memory and ends the connection",
        arguments: [
            UInt64(3) << 30, UInt64(testLimit) + 5, .max,
        ]
    )
    func refusesHugeClaim(claimed: UInt64) async throws {
        let (listener, port) = try await serve()
        let requester = try NNGTransport().requester(to: listener.address, receiveLimit: testLimit)
        try await expectEcho(of: [1], by: requester)
        let before = try reservedKibibytes()

        let socket = try RawSocket.connected(to: port)
        await socket.send(Hello.request)
        #expect(await socket.receive(8) == Hello.reply)
        await socket.send(bigEndian(claimed) + [0x80, 0, 0, 1])
        #expect(await socket.isClosedByPeer(within: 5_000))

        #expect(try reservedKibibytes() - before < 1 << 20)
        try await expectEcho(of: [2], by: requester)
        await requester.close()
        await listener.close()
    }

    @Test("nng trap 7: a subscriber and a requester refuse a huge claim too")
    func clientsRefuseHugeClaim() async throws {
        let (server, port) = try RawSocket.listening()
        let address = try Address("tcp://127.0.0.1:\(port)")
        let before = try reservedKibibytes()
        let subscriber = try NNGTransport().subscriber(to: address, topics: [[]])
        let telling = try #require(await server.accepted())
        await telling.send(Hello.publish + bigEndian(UInt64(3) << 30) + [1])
        #expect(await telling.isClosedByPeer(within: 5_000))
        await subscriber.close()

        let requester = try NNGTransport().requester(to: address, receiveLimit: testLimit)
        let answering = try #require(await server.accepted())
        await answering.send(Hello.reply + bigEndian(UInt64(3) << 30) + [1])
        #expect(await answering.isClosedByPeer(within: 5_000))
        await requester.close()
        #expect(try reservedKibibytes() - before < 1 << 20)
    }

    @Test(
        "strangers do not disturb a listener",
        arguments: [
            Array("GET / HTTP/1.1\r\n\r\n".utf8), Hello.subscribe, [0],
            Hello.request + bigEndian(UInt64(2)) + [1, 2],
        ]
    )
    func survivesStrangers(bytes: [UInt8]) async throws {
        let (listener, port) = try await serve()
        let strangers = try (0..<8).map { _ in try RawSocket.connected(to: port) }
        for stranger in strangers { await stranger.send(bytes) }
        let requester = try NNGTransport().requester(to: listener.address, receiveLimit: testLimit)
        for number in UInt8(0)..<20 { try await expectEcho(of: [number], by: requester) }
        await requester.close()
        await listener.close()
        withExtendedLifetime(strangers) {}
    }

    @Test("a peer which never reads its replies is disconnected, and others are served")
    func survivesSilentReader() async throws {
        let listener = try await NNGTransport(replyTime: .milliseconds(200)).serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 2,
            receiveLimit: testLimit
        ) { _ in [UInt8](repeating: 1, count: 60_000) }
        let port = try #require(listener.address.port)
        let silent = try RawSocket.connected(to: port)
        await silent.send(Hello.request)
        // Enough replies to fill the kernel's buffers many times, had the peer's requests all been read.
        for number in UInt32(0)..<100 {
            await silent.send(bigEndian(UInt64(4)) + bigEndian(0x8000_0000 | number))
        }
        let requester = try NNGTransport().requester(to: listener.address, receiveLimit: testLimit)
        let reply = try await requester.request([1], timeout: .seconds(50))
        #expect(reply.count == 60_000)
        #expect(await silent.isHungUp(within: 10_000))
        await requester.close()
        await listener.close()
    }

    @Test("nng trap 16: a reply of 8 MiB reaches a slow reader although the listener closes at once")
    func drainsToSlowReader() async throws {
        let (listener, port) = try await serve(limit: 9 << 20) { _ in [UInt8](repeating: 0xA5, count: 8 << 20)
        }
        let socket = try RawSocket.connected(to: port, receiveBuffer: 1 << 16)
        await socket.send(Hello.request + bigEndian(UInt64(4)) + [0x80, 0, 0, 1])
        // The reply has begun to come, and more than the kernel's buffers hold is still to come.
        #expect(await socket.receive(8 + 8 + 4).count == 20)
        async let closing: Void = listener.close()
        try await Task.sleep(for: .milliseconds(100))
        #expect(await socket.receive(8 << 20).count == 8 << 20)
        await closing
    }

    @Test("nng trap 17: TCP keep-alive and no-delay are on at both ends")
    func keepsAlive() async throws {
        let (listener, port) = try await serve()
        let requester = try NNGTransport().requester(to: listener.address, receiveLimit: testLimit)
        try await expectEcho(of: [1], by: requester)
        let ends = (3..<4096).map(Int32.init).filter { isConnection($0, of: port) }
        #expect(ends.count == 2)
        for end in ends {
            #expect(option(SO_KEEPALIVE, at: SOL_SOCKET, of: end) == 1)
            #expect(option(TCP_NODELAY, at: Int32(IPPROTO_TCP), of: end) == 1)
        }
        await requester.close()
        await listener.close()
    }

    @Test("an ipc socket is closed to other users, and a file left by a crash is no obstacle")
    func handlesSocketFiles() async throws {
        try await withTemporaryFolder { folder in
            let address = try Address("ipc://\(folder)/s")
            // What a killed process leaves: a socket file to which nobody listens.
            let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: "\(folder)/s".utf8) }
            let bound = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
            close(left)

            let listener = try await NNGTransport().serve(
                at: address,
                concurrency: 1,
                receiveLimit: testLimit
            ) { $0 }
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/s")
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o660)
            let requester = try NNGTransport().requester(to: address, receiveLimit: testLimit)
            try await expectEcho(of: [1], by: requester)
            await requester.close()
            await listener.close()
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/s"))
        }
    }

    /// The address space of this process.
    private func reservedKibibytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmSize:") })
        return try #require(Int(line.filter(\.isNumber)))
    }

    /// True for either end of a connection whose listener has the port.
    private func isConnection(_ descriptor: Int32, of port: UInt16) -> Bool {
        func portOf(_ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
            -> UInt16?
        {
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, &size) }
            }
            guard code == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
            return UInt16(bigEndian: address.sin_port)
        }
        guard let peer = portOf({ getpeername($0, $1, $2) }), let own = portOf({ getsockname($0, $1, $2) })
        else {
            return false
        }
        return peer == port || own == port
    }

    private func option(_ name: Int32, at level: Int32, of descriptor: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, level, name, &value, &size)
        return value
    }
}
