import TestKit
import Testing
import Wire

@testable import ServiceKit

@Suite("A follower's decisions")
struct TailMachineTests {
    private let logID = Identifier(bytes: [UInt8](repeating: 1, count: 16))
    private let otherID = Identifier(bytes: [UInt8](repeating: 2, count: 16))

    private func batch(
        _ seqs: [UInt64],
        head: UInt64,
        first: UInt64 = 1,
        of logID: Identifier? = nil
    ) -> EventLog.Batch {
        let events = seqs.map {
            EventRecord(seq: $0, kind: Deposited.kind, schema: 1, key: "", timeMilliseconds: 0, body: [])
        }
        return EventLog.Batch(logID: logID ?? self.logID, headSeq: head, firstSeq: first, events: events)
    }

    private func machine(at seq: UInt64) -> TailMachine {
        TailMachine(position: LogPosition(logID: logID, seq: seq))
    }

    @Test("a doorbell behind us, or repeated, needs no fetch; one ahead or of another log does")
    func doorbells() {
        var machine = machine(at: 5)
        #expect(machine.heard(logID: logID, seq: 4) == .wait)
        #expect(machine.heard(logID: logID, seq: 5) == .wait)
        #expect(machine.lag == 0)
        #expect(machine.heard(logID: logID, seq: 8) == .fetch)
        #expect(machine.lag == 3)
        #expect(machine.heard(logID: otherID, seq: 1) == .fetch)
        var new = TailMachine(position: nil)
        #expect(new.heard(logID: logID, seq: 0) == .fetch)
    }

    @Test("the first contact starts at the beginning, then events come in order until nothing is missing")
    func firstContact() throws {
        var machine = TailMachine(position: nil)
        let start = LogPosition(logID: logID, seq: 0)
        #expect(try machine.fetched(batch([], head: 2)) == .restart(start))
        #expect(try machine.fetched(batch([1, 2], head: 3)) == .apply(batch([1, 2], head: 3).events))
        machine.applied(through: 2)
        #expect(machine.lag == 1)
        // Events which took effect already are not repeated.
        #expect(try machine.fetched(batch([2, 3], head: 3)) == .apply(batch([3], head: 3).events))
        machine.applied(through: 3)
        #expect(try machine.fetched(batch([], head: 3)) == .caughtUp)
        #expect(machine.lag == 0)
    }

    @Test("another log id, or a log which went back, starts over")
    func replacement() throws {
        var replaced = machine(at: 5)
        let other = LogPosition(logID: otherID, seq: 0)
        #expect(try replaced.fetched(batch([], head: 9, of: otherID)) == .restart(other))
        #expect(replaced.position == other)
        var restored = machine(at: 5)
        #expect(try restored.fetched(batch([], head: 4)) == .restart(LogPosition(logID: logID, seq: 0)))
    }

    @Test("a hole is an error, never skipped")
    func holes() {
        for wrong in [
            batch([7], head: 7), batch([6, 8], head: 8), batch([8], head: 8, first: 8), batch([], head: 7),
        ] {
            var machine = machine(at: 5)
            #expect(throws: BrokenLog.self) { try machine.fetched(wrong) }
            #expect(machine.position?.seq == 5)
        }
    }

    @Test("whatever is lost, repeated or late, each event is applied once and in order", arguments: 1...20)
    func randomWalk(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var machine = TailMachine(position: nil)
        var head: UInt64 = 0
        var applied: [UInt64] = []
        for _ in 0..<300 {
            head += UInt64.random(in: 0...3, using: &random)
            let rung = UInt64.random(in: 0...head, using: &random)
            guard machine.heard(logID: logID, seq: rung) == .fetch || Bool.random(using: &random) else {
                continue
            }
            let after = machine.position?.seq ?? 0
            // A peer may answer with more than was asked for, or with less than there is.
            let from = max(1, after + 1 - min(after, UInt64.random(in: 0...2, using: &random)))
            let to = min(head, after + UInt64.random(in: 1...4, using: &random))
            let seqs = from <= to ? Array(from...to) : []
            switch try machine.fetched(batch(seqs, head: head)) {
            case .restart: continue
            case .caughtUp: #expect(applied.last ?? 0 == head)
            case .apply(let events):
                // A crash in the middle keeps a part.
                let kept = Int.random(in: 1...events.count, using: &random)
                applied += events.prefix(kept).map(\.seq)
                machine.applied(through: events[kept - 1].seq)
            }
        }
        #expect(applied == Array(1...UInt64(applied.count)))
        #expect(!applied.isEmpty)
    }
}
