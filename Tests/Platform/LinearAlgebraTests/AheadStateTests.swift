import Testing

@testable import LinearAlgebra

private struct Flaw: Error {}

/// The state in a box, as `#expect` changes no values.
private final class Boxed {
    private var state: AheadState<Int>

    init(capacity: Int, workers: Range<Int>) { state = AheadState(capacity: capacity, workers: workers) }

    func workerToWake() -> Int? { state.workerToWake() }
    func begin(_ worker: Int) -> Int? { state.begin(worker) }
    func finish(_ number: Int, _ result: Result<Int, any Error>) -> Bool { state.finish(number, result) }
    func take() throws -> Int? { try state.take()?.get() }
    func mustWait() -> Bool { state.mustWait() }
    func stop() -> (dropped: Int, hasWaiter: Bool) {
        let (dropped, hasWaiter) = state.stop()
        return (dropped.count, hasWaiter)
    }
}

@Suite("State of elements made ahead")
struct AheadStateTests {
    @Test("no more are begun than the capacity, and each that is taken makes room for one")
    func capacity() throws {
        let state = Boxed(capacity: 2, workers: 0..<3)
        #expect([state.workerToWake(), state.workerToWake(), state.workerToWake()] == [0, 1, 2])
        #expect([state.begin(0), state.begin(1), state.begin(2)] == [0, 1, nil])
        #expect(state.workerToWake() == nil)
        // The second is finished first: nothing to take, and nobody waits.
        #expect(!state.finish(1, .success(11)))
        #expect(try state.take() == nil)
        #expect(state.begin(1) == nil)
        #expect(!state.finish(0, .success(10)))
        #expect(try state.take() == 10)
        #expect(state.workerToWake() == 1)
        #expect(state.begin(1) == 2)
        #expect(try state.take() == 11)
        #expect(try state.take() == nil)
    }

    @Test("who waits is woken once, by the element that is wanted")
    func waking() throws {
        let state = Boxed(capacity: 3, workers: 0..<1)
        #expect([state.begin(0), state.begin(0), state.begin(0)] == [0, 1, 2])
        #expect(state.mustWait())
        #expect(!state.finish(1, .success(1)))
        #expect(state.finish(0, .success(0)))
        #expect(!state.finish(2, .success(2)))
        // It came between the look and the wait.
        #expect(!state.mustWait())
        #expect(try state.take() == 0)
    }

    @Test("behind a failure nothing is begun, before it all is handed out")
    func failure() throws {
        let state = Boxed(capacity: 4, workers: 0..<2)
        #expect([state.begin(0), state.begin(1)] == [0, 1])
        #expect(!state.finish(1, .failure(Flaw())))
        #expect(state.begin(1) == nil)
        #expect(!state.finish(0, .success(0)))
        #expect(try state.take() == 0)
        #expect(state.workerToWake() == nil)
        for _ in 0..<2 { #expect(throws: Flaw.self) { try state.take() } }
    }

    @Test("a stop gives what was made, wakes who waits, and begins nothing")
    func stopping() {
        let state = Boxed(capacity: 4, workers: 0..<1)
        #expect([state.begin(0), state.begin(0)] == [0, 1])
        #expect(!state.finish(1, .success(1)))
        #expect(state.mustWait())
        let first = state.stop()
        #expect(first.dropped == 1 && first.hasWaiter)
        let second = state.stop()
        #expect(second.dropped == 0 && !second.hasWaiter)
        #expect(state.begin(0) == nil && state.workerToWake() == nil)
        // What was being made is dropped by its worker.
        #expect(!state.finish(0, .success(0)))
        #expect(!state.mustWait())
        #expect(throws: CancellationError.self) { try state.take() }
    }
}
