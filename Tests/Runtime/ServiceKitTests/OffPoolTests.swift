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

    /// Where work waits until the test lets it go on.
    private final class Gate: Sendable {
        private let arrived = Mutex(0)
        private let signals = DispatchSemaphore(value: 0)

        var arrivedCount: Int { arrived.withLock { $0 } }

        func wait() {
            arrived.withLock { $0 += 1 }
            signals.wait()
        }

        func letGo() { signals.signal() }
    }

    @Test("work that waits keeps no other work from starting, though there is more of it than cores")
    func waiting() async throws {
        let (gate, count) = (Gate(), 40)
        let all = (0..<count).map { _ in Task { try await offPool { gate.wait() } } }
        #expect(await eventually { gate.arrivedCount == count })
        for _ in all { gate.letGo() }
        for work in all { try await work.value }
    }
}
