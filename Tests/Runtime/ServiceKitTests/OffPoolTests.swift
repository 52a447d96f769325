import Dispatch
import ServiceKit
import Synchronization
import TestKit
import Testing

@Suite("Work off the pool", .timeLimit(.minutes(1)))
struct OffPoolTests {
    private struct Failure: Error {}

    @Test("what the work returns or throws comes back")
    func results() async throws {
        #expect(try await offPool { 6 * 7 } == 42)
        await #expect(throws: Failure.self) { try await offPool { throw Failure() } }
    }

    @Test("work that waits keeps no other work from starting, though there are more of them than cores")
    func waiting() async throws {
        let count = 40
        let arrived = Mutex(0)
        let gate = DispatchSemaphore(value: 0)
        async let all = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    try await offPool {
                        arrived.withLock { $0 += 1 }
                        gate.wait()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await eventually { arrived.withLock { $0 } == count })
        for _ in 0..<count { gate.signal() }
        try await all
    }
}
