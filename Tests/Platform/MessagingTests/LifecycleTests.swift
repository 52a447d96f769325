import Messaging
import TestKit
import Testing

@Suite("Start order, cancellation and closing", .timeLimit(.minutes(2)))
struct LifecycleTests {
    @Test("nng trap 15: a requester may start before its listener", arguments: Carrier.allCases)
    func startsInAnyOrder(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            // A port of the system is free again when its listener is closed.
            let first = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) { $0 }
            let bound = first.address
            await first.close()

            let requester = try transport.requester(to: bound, receiveLimit: testLimit)
            async let reply = requester.request([5], timeout: .seconds(10))
            #expect(
                await failureKind { _ = try await requester.request([6], timeout: .milliseconds(50)) }
                    == .timeout
            )
            let listener = try await transport.serve(at: bound, concurrency: 1, receiveLimit: testLimit) {
                $0
            }
            #expect(try await reply == [5])
            await requester.close()
            await listener.close()
        }
    }

    @Test("a requester outlives restarts of its listener", arguments: Carrier.allCases)
    func survivesRestarts(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            var bound = address
            var requester: (any Requester)?
            for round in UInt8(0)..<4 {
                let listener = try await transport.serve(at: bound, concurrency: 2, receiveLimit: testLimit) {
                    $0 + [round]
                }
                bound = listener.address
                let asking = try requester ?? transport.requester(to: bound, receiveLimit: testLimit)
                requester = asking
                // The old connection may be noticed as broken only by the first request.
                let answered = await eventually {
                    let reply = try? await asking.request([1], timeout: .seconds(5))
                    return reply == [1, round]
                }
                #expect(answered)
                await listener.close()
            }
            await requester?.close()
        }
    }

    @Test("closing a listener lets a running answer finish and its reply leave", arguments: Carrier.allCases)
    func drainsRunningAnswers(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let started = Locked(0)
            let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit) {
                started.withLock { $0 += 1 }
                try? await Task.sleep(for: .milliseconds(100))
                return $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            try await withThrowingTaskGroup { group in
                for number in UInt8(0)..<4 {
                    group.addTask { try await expectEcho(of: [number], by: requester) }
                }
                #expect(await eventually { started.withLock { $0 } == 4 })
                await listener.close()
                try await group.waitForAll()
            }
            await requester.close()
        }
    }

    @Test(
        "nng trap 16: a reply of 8 MiB arrives although the listener closes at once",
        arguments: Carrier.allCases
    )
    func drainsLargeReply(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let large = [UInt8](repeating: 0xA5, count: 8 << 20)
            let started = Locked(false)
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: 9 << 20) {
                _ in
                started.withLock { $0 = true }
                return large
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: 9 << 20)
            async let reply = requester.request([1], timeout: .seconds(20))
            #expect(await eventually { started.withLock { $0 } })
            await listener.close()
            #expect(try await reply == large)
            await requester.close()
        }
    }

    @Test("closing cancels an answer which does not end in time", arguments: Carrier.allCases)
    func cancelsStuckAnswer(carrier: Carrier) async throws {
        try await carrier.run { _, address in
            let transport: any Transport =
                carrier == .memory
                ? MemoryTransport(answerDrainTime: .milliseconds(50))
                : NNGTransport(answerDrainTime: .milliseconds(50))
            let state = Locked((isStarted: false, isCancelled: false))
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) {
                _ in
                state.withLock { $0.isStarted = true }
                let isCancelled = (try? await Task.sleep(for: .seconds(60))) == nil
                state.withLock { $0.isCancelled = isCancelled }
                return []
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            let request = Task {
                await failureKind { _ = try await requester.request([1], timeout: .seconds(30)) }
            }
            #expect(await eventually { state.withLock(\.isStarted) })
            await listener.close()
            #expect(state.withLock(\.isCancelled) == true)
            await requester.close()
            _ = await request.value
        }
    }

    @Test("closing a requester ends its running requests with closed", arguments: Carrier.allCases)
    func closesRunningRequests(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let state = Locked((startedCount: 0, mayEnd: false))
            let listener = try await transport.serve(at: address, concurrency: 8, receiveLimit: testLimit) {
                state.withLock { $0.startedCount += 1 }
                _ = await eventually(within: .seconds(30)) { state.withLock(\.mayEnd) }
                return $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            await withTaskGroup { group in
                for number in UInt8(0)..<8 {
                    group.addTask {
                        let kind = await failureKind {
                            _ = try await requester.request([number], timeout: .seconds(60))
                        }
                        #expect(kind == .closed)
                    }
                }
                #expect(await eventually(within: .seconds(20)) { state.withLock(\.startedCount) == 8 })
                let closing = Task { await requester.close() }
                await group.waitForAll()
                state.withLock { $0.mayEnd = true }
                await closing.value
            }
            await requester.close()
            #expect(
                await failureKind { _ = try await requester.request([1], timeout: .seconds(1)) } == .closed
            )
            await listener.close()
        }
    }

    @Test(
        "requests end, whatever their fate, when both ends close in the middle of a storm",
        arguments: Carrier.allCases
    )
    func closesUnderLoad(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit) {
                $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            let answered = Locked(0)
            await withTaskGroup { group in
                for number in UInt8(0)..<64 {
                    group.addTask {
                        while true {
                            let kind = await failureKind {
                                let reply = try await requester.request([number], timeout: .seconds(20))
                                #expect(reply == [number])
                                answered.withLock { $0 += 1 }
                            }
                            if kind == .closed { return }
                            #expect(kind == nil || kind == .other)
                        }
                    }
                }
                #expect(await eventually { answered.withLock { $0 } > 100 })
                await listener.close()
                await requester.close()
                await group.waitForAll()
            }
        }
    }

    @Test(
        "nng traps 8 and 11: a storm of cancels, before, at and after the start, ends at once",
        arguments: Carrier.allCases
    )
    func survivesCancels(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit) {
                if $0.isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
                return $0
            }
            let served = try transport.requester(to: listener.address, receiveLimit: testLimit)
            let nowhere =
                carrier == .tcp ? try Address("tcp://127.0.0.1:1") : try Address("\(listener.address)-absent")
            let unserved = try transport.requester(to: nowhere, receiveLimit: testLimit)
            var random = SplitMix64(seed: 11)
            let time = await ContinuousClock().measure {
                await withTaskGroup { group in
                    for number in 0..<1500 {
                        let delay = Duration.microseconds(Int.random(in: 0...1500, using: &random))
                        let requester = number.isMultiple(of: 3) ? unserved : served
                        group.addTask {
                            let request = Task {
                                await failureKind {
                                    _ = try await requester.request([], timeout: .seconds(60))
                                }
                            }
                            if number.isMultiple(of: 2) { try? await Task.sleep(for: delay) }
                            request.cancel()
                            let kind = await request.value
                            #expect(kind == nil || kind == .cancelled)
                        }
                    }
                }
            }
            #expect(time < .seconds(20), "\(time)")
            try await expectEcho(of: [9], by: served)
            await served.close()
            await unserved.close()
            await listener.close()
        }
    }

    @Test("a cancelled request says so at once while its answer runs on", arguments: Carrier.allCases)
    func cancelsRunningRequest(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let state = Locked((isStarted: false, mayEnd: false, isDone: false))
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) {
                _ in
                state.withLock { $0.isStarted = true }
                let mayEnd = await eventually(within: .seconds(20)) { state.withLock(\.mayEnd) }
                state.withLock { $0.isDone = mayEnd }
                return []
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            let request = Task {
                await failureKind { _ = try await requester.request([1], timeout: .seconds(30)) }
            }
            #expect(await eventually { state.withLock(\.isStarted) })
            request.cancel()
            #expect(await request.value == .cancelled)
            state.withLock { $0.mayEnd = true }
            #expect(await eventually { state.withLock(\.isDone) })
            await requester.close()
            await listener.close()
        }
    }

    @Test("nng trap 10: sockets and operations which nobody closes are cleared away")
    func clearsAwayUnclosed() async throws {
        let transport = NNGTransport()
        let listener = try await transport.serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 2,
            receiveLimit: testLimit
        ) { $0 }
        let before = openDescriptorCount()
        for number in UInt8(0)..<100 {
            try await expectEcho(
                of: [number],
                by: transport.requester(to: listener.address, receiveLimit: testLimit)
            )
        }
        #expect(
            await eventually { openDescriptorCount() <= before + 8 },
            "\(before) \(openDescriptorCount())"
        )
        await listener.close()
    }

    @Test("nng trap 13: programs can be spawned while sockets are at work")
    func spawnsBesideSockets() async throws {
        let transport = NNGTransport()
        let listener = try await transport.serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 2,
            receiveLimit: testLimit
        ) { $0 }
        let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
        for number in UInt8(0)..<10 {
            try await withChildProcess("true") { child in
                try await expectEcho(of: [number], by: requester)
                #expect(await child.end(within: .seconds(10)) == .exited(code: 0))
            }
        }
        await requester.close()
        await listener.close()
    }
}
