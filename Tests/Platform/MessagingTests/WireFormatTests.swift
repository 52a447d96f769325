import Messaging
import TestKit
import Testing

/// What lies on the wire, seen from a plain socket: clients in other languages depend on it.
@Suite("nng trap 22: the bytes of nng", .timeLimit(.minutes(1)))
struct WireFormatTests {
    @Test("a plain socket asks a listener")
    func plainRequest() async throws {
        let listener = try await NNGTransport().serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 1,
            receiveLimit: testLimit
        ) { $0 + [0xEE] }
        let socket = try RawSocket.connected(to: try #require(listener.address.port))
        await socket.send(Hello.request)
        #expect(await socket.receive(8) == Hello.reply)
        let requestID: [UInt8] = [0x80, 1, 2, 3]
        await socket.send(bigEndian(UInt64(6)) + requestID + [7, 8])
        #expect(await socket.receive(15) == bigEndian(UInt64(7)) + requestID + [7, 8, 0xEE])
        await listener.close()
    }

    @Test("a requester asks a plain socket")
    func plainReply() async throws {
        let (server, port) = try RawSocket.listening()
        let requester = try NNGTransport().requester(
            to: try Address("tcp://127.0.0.1:\(port)"),
            receiveLimit: testLimit
        )
        async let reply = requester.request([1, 2, 3], timeout: .seconds(10))
        let socket = try #require(await server.accepted())
        await socket.send(Hello.reply)
        #expect(await socket.receive(8) == Hello.request)
        let request = await socket.receive(15)
        #expect(request.prefix(8) == bigEndian(UInt64(7))[...])
        #expect(request[8] & 0x80 == 0x80)
        #expect(request.suffix(3) == [1, 2, 3])
        await socket.send(bigEndian(UInt64(5)) + request[8..<12] + [9])
        #expect(try await reply == [9])
        await requester.close()
    }

    @Test("a plain socket publishes and subscribes")
    func plainEvents() async throws {
        let publisher = try NNGTransport().publisher(at: try Address("tcp://127.0.0.1:0"))
        let listening = try RawSocket.connected(to: try #require(publisher.address.port))
        await listening.send(Hello.subscribe)
        #expect(await listening.receive(8) == Hello.publish)
        var received: [UInt8] = []
        _ = await eventually {
            await publisher.publish([4, 5])
            received = await listening.receive(10, within: 20)
            return !received.isEmpty
        }
        #expect(received == bigEndian(UInt64(2)) + [4, 5])
        await publisher.close()

        let (server, port) = try RawSocket.listening()
        let subscriber = try NNGTransport().subscriber(
            to: try Address("tcp://127.0.0.1:\(port)"),
            topics: [[4]]
        )
        let telling = try #require(await server.accepted())
        await telling.send(Hello.publish)
        #expect(await telling.receive(8) == Hello.subscribe)
        await telling.send(bigEndian(UInt64(2)) + [9, 9] + bigEndian(UInt64(2)) + [4, 6])
        #expect(try await subscriber.next(timeout: .seconds(10)) == [4, 6])
        await subscriber.close()
    }
}
