import Messaging
import TestKit
import Testing

/// nng 1.5.2 reads a message in two steps; a connection closed between them blocked the whole library for
/// good.
@Suite("nng trap 23: closing while messages arrive", .timeLimit(.minutes(2)))
struct ClosingTests {
    static let carriers = [Carrier.tcp, .ipc]

    @Test("requesters which close while replies arrive", arguments: carriers)
    func closesRequesters(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit) {
                $0
            }
            let bound = listener.address
            let large = [UInt8](repeating: 7, count: 40_000)
            for _ in 0..<40 {
                let requester = try transport.requester(to: bound, receiveLimit: testLimit)
                try await expectEcho(of: [1], by: requester)
                await withTaskGroup { group in
                    for _ in 0..<16 {
                        group.addTask {
                            let request = { _ = try await requester.request(large, timeout: .seconds(20)) }
                            while await failureKind(request) == nil {}
                        }
                    }
                    try? await Task.sleep(for: .milliseconds(4))
                    await requester.close()
                    await group.waitForAll()
                }
            }
            await listener.close()
        }
        #expect(await NNGTransport.isResponsive())
    }

    @Test("listeners which close while requests arrive", arguments: carriers)
    func closesListeners(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            for _ in 0..<40 {
                let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit)
                { $0 }
                let bound = listener.address
                let requesters = try (0..<4).map { _ in
                    try transport.requester(to: bound, receiveLimit: testLimit)
                }
                await withTaskGroup { group in
                    for requester in requesters {
                        for _ in 0..<4 {
                            group.addTask {
                                let request = {
                                    _ = try await requester.request([1, 2], timeout: .seconds(20))
                                }
                                while await failureKind(request) != .closed {}
                            }
                        }
                    }
                    try? await Task.sleep(for: .milliseconds(4))
                    await listener.close()
                    for requester in requesters { await requester.close() }
                    await group.waitForAll()
                }
            }
        }
        #expect(await NNGTransport.isResponsive())
    }

    // Not over ipc, where a subscriber cannot refuse what arrives without the short visit of trap 24.
    @Test("subscribers which close while messages arrive")
    func closesSubscribers() async throws {
        try await Carrier.tcp.run { transport, address in
            let publisher = try transport.publisher(at: address)
            let bound = publisher.address
            let publishing = Task {
                while !Task.isCancelled {
                    await publisher.publish([UInt8](repeating: 1, count: 3000))
                    await Task.yield()
                }
            }
            for _ in 0..<40 {
                let subscriber = try transport.subscriber(to: bound, topics: [[1]])
                #expect(try await subscriber.next(timeout: .seconds(10)) != nil)
                await subscriber.close()
            }
            publishing.cancel()
            await publishing.value
            await publisher.close()
        }
        #expect(await NNGTransport.isResponsive())
    }

    @Test(
        "closing again and closing from a cancelled task wait for the same end",
        arguments: Carrier.allCases
    )
    func closesOnce(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) {
                $0
            }
            let bound = listener.address
            let closing = Task { await listener.close() }
            closing.cancel()
            await closing.value
            // The address is free: the first close has come to its end.
            let next = try await transport.serve(at: bound, concurrency: 1, receiveLimit: testLimit) { $0 }
            async let first: Void = next.close()
            async let second: Void = next.close()
            _ = await (first, second)
        }
    }
}
