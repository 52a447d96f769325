import Dispatch
import LinearAlgebra
import Synchronization
import Testing

/// Longer than anything here takes; a test that waits so long has found a fault.
private let patience = DispatchTimeInterval.seconds(60)

private struct Flaw: Error, Equatable { let number: Int }

/// Counts how many of its kind live, and says when it ends.
private final class Tracked: Sendable {
    let ended: DispatchSemaphore
    init(_ ended: DispatchSemaphore) { self.ended = ended }
    deinit { self.ended.signal() }
}

private func isSignaled(_ semaphore: DispatchSemaphore) -> Bool {
    semaphore.wait(timeout: .now() + patience) == .success
}

@Suite("Elements made ahead")
struct AheadTests {
    @Test("come in order, each made once", arguments: [1, 2, 3, 7], [1, 2, 5])
    func order(threadCount: Int, capacity: Int) throws {
        let counts = Mutex([Int](repeating: 0, count: 300))
        let ahead = Ahead(capacity: capacity, threadCount: threadCount) { number in
            counts.withLock { $0[number] += 1 }
            return number * number
        }
        for number in 0..<200 { #expect(try ahead.next() == number * number) }
        ahead.cancel()
        let made = counts.withLock { $0 }
        #expect(made.prefix(200).allSatisfy { $0 == 1 })
        #expect(made.allSatisfy { $0 <= 1 })
    }

    @Test("are never more than the capacity", arguments: [1, 2, 3], [1, 2, 5])
    func capacityIsKept(threadCount: Int, capacity: Int) throws {
        let asked = Atomic(0)
        let tooEarly = Atomic(0)
        let ahead = Ahead(capacity: capacity, threadCount: threadCount) { number in
            if number >= asked.load(ordering: .sequentiallyConsistent) + capacity {
                tooEarly.add(1, ordering: .relaxed)
            }
        }
        for _ in 0..<300 {
            // Before it is handed out, so that the place which it frees is counted in time.
            asked.add(1, ordering: .sequentiallyConsistent)
            try ahead.next()
        }
        #expect(tooEarly.load(ordering: .relaxed) == 0)
    }

    @Test("are made before anyone asks, on several threads at once")
    func begunAtOnce() {
        let begun = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        let ahead = Ahead(capacity: 4, threadCount: 3) { _ in
            begun.signal()
            gate.wait()
        }
        // None of the three can end before all have begun.
        for _ in 0..<3 { #expect(isSignaled(begun)) }
        ahead.cancel()
        for _ in 0..<3 { gate.signal() }
    }

    @Test("that fail hand out their error after all before them, and again", arguments: [1, 2, 3])
    func errors(threadCount: Int) throws {
        let ahead = Ahead(capacity: 4, threadCount: threadCount) { number in
            if number >= 5 { throw Flaw(number: number) }
            return number
        }
        for number in 0..<5 { #expect(try ahead.next() == number) }
        for _ in 0..<3 { #expect(throws: Flaw(number: 5)) { try ahead.next() } }
        ahead.cancel()
        #expect(throws: Flaw(number: 5)) { try ahead.next() }
    }

    @Test("are handed to several threads, each to one")
    func severalTakers() {
        let ahead = Ahead(capacity: 3, threadCount: 2) { $0 }
        let taken = Mutex<[Int]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<100 {
                let number = try? ahead.next()
                taken.withLock { $0.append(number ?? -1) }
            }
        }
        #expect(taken.withLock { $0.sorted() } == Array(0..<400))
    }

    @Test("are made though all threads of the system's pool wait for them")
    func poolIsBusy() {
        let sum = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            let ahead = Ahead(capacity: 1, threadCount: 1) { $0 }
            for _ in 0..<20 {
                let number = (try? ahead.next()) ?? -1
                sum.withLock { $0 += number }
            }
        }
        #expect(sum.withLock { $0 } == 16 * 190)
    }

    @Test("the wait for them is measured, and only the wait")
    func waiting() throws {
        let secondBegun = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        let ahead = Ahead(capacity: 2, threadCount: 1) { number in
            if number == 1 {
                secondBegun.signal()
                gate.wait()
            }
        }
        // The only thread is at the second, so the first is ready.
        #expect(isSignaled(secondBegun))
        try ahead.next()
        #expect(ahead.waited == .zero)
        gate.signal()
        // With room for one and nothing between, the taker is soon faster than the maker.
        let narrow = Ahead(capacity: 1, threadCount: 1) { (0...$0 % 100).reduce(0, +) }
        while narrow.waited == .zero { _ = try narrow.next() }
    }
}

@Suite("The end of elements made ahead")
struct AheadEndTests {
    @Test("a cancel wakes who waits, though an element is still being made")
    func cancelWakes() {
        let gate = DispatchSemaphore(value: 0)
        let isAsked = DispatchSemaphore(value: 0)
        let ahead = Ahead(capacity: 2, threadCount: 2) { _ in gate.wait() }
        DispatchQueue.global().async {
            isAsked.wait()
            ahead.cancel()
        }
        isAsked.signal()
        #expect(throws: CancellationError.self) { try ahead.next() }
        #expect(throws: CancellationError.self) { try ahead.next() }
        ahead.cancel()
        for _ in 0..<2 { gate.signal() }
    }

    @Test("a cancel drops what was made")
    func cancelDrops() {
        let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let ahead = Ahead(capacity: 3, threadCount: 1) { _ in
            begun.signal()
            return Tracked(ended)
        }
        for _ in 0..<3 { #expect(isSignaled(begun)) }
        ahead.cancel()
        // The last may still have been in the making; its thread drops it.
        for _ in 0..<3 { #expect(isSignaled(ended)) }
        #expect(throws: CancellationError.self) { try ahead.next() }
    }

    @Test("an owner that goes takes threads, elements and the maker along", arguments: [1, 2, 3])
    func nothingLeaks(threadCount: Int) throws {
        let (makerEnded, elementEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        weak var weakMaker: Tracked?
        weak var weakElement: Tracked?
        weak var weakAhead: Ahead<Tracked>?
        do {
            let maker = Tracked(makerEnded)
            let ahead = Ahead(capacity: 4, threadCount: threadCount) { _ in
                withExtendedLifetime(maker) { Tracked(elementEnded) }
            }
            let element = try ahead.next()
            (weakMaker, weakElement, weakAhead) = (maker, element, ahead)
            #expect(weakElement != nil)
        }
        #expect(weakAhead == nil)
        // The maker ends with the last thread; until then a thread may hold what it has handed over.
        #expect(isSignaled(makerEnded))
        #expect(weakMaker == nil && weakElement == nil)
    }

    @Test("an owner that goes waits for no element")
    func ownerDoesNotWait() {
        let (begun, gate, makerEnded) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        do {
            let maker = Tracked(makerEnded)
            let ahead = Ahead(capacity: 1000, threadCount: 1) { _ in
                begun.signal()
                withExtendedLifetime(maker) { gate.wait() }
            }
            #expect(isSignaled(begun))
            withExtendedLifetime(ahead) {}
        }
        // Only now may the element end: the owner went before. Another one would wait for ever.
        gate.signal()
        #expect(isSignaled(makerEnded))
    }
}
