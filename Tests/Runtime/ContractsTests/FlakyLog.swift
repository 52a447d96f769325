import Contracts
import Messaging
import Synchronization
import TestKit
import Wire

/// An event log that is served badly: answers get lost or damaged, bells do not ring, the head grows with each question.
final class FlakyLog: Sendable {
    private struct State {
        var head: UInt64 = 0
        var fetches = 0
        var random: SplitMix64
    }

    let logID: Identifier
    let total: UInt64
    /// Most events of a reply, so that there are many replies.
    private let pageMaximum: UInt64 = 23
    private let state: Mutex<State>
    private let fetched: @Sendable (Int) -> Void

    /// - Parameter fetched: told the number of each fetch before it is answered.
    init(total: UInt64, seed: UInt64, fetched: @escaping @Sendable (Int) -> Void) {
        var random = SplitMix64(seed: seed)
        self.total = total
        self.fetched = fetched
        logID = .random(using: &random)
        state = Mutex(State(random: random))
    }

    /// The event at a position: its key names it.
    private func event(_ seq: UInt64) -> LoggedEvent {
        let removed = EmbeddingRemoved(
            sliceID: Identifier(bytes: Array(repeating: UInt8(truncatingIfNeeded: seq), count: 16)),
            fingerprint: Fingerprint(bytes: Array(repeating: 7, count: 32))
        )
        return LoggedEvent(
            seq: seq,
            kind: EmbeddingRemoved.kind,
            schema: EmbeddingRemoved.schema,
            key: "event \(seq)",
            timeMilliseconds: 1_795_406_400_000 + seq,
            body: removed.body
        )
    }

    /// What the log answers to these bytes: mostly the truth.
    func answer(_ bytes: [UInt8]) async -> [UInt8] {
        guard let frame = try? Frame(decoding: bytes, limit: Limits.controlFrameBytesMaximum),
            let request = try? FetchEvents.decode(frame.body).request
        else { return Frame.refusal(ofUnreadable: WireError(.badMagic, at: 0, reading: "magic")).encoded() }
        let (head, number, luck) = state.withLock { state in
            state.head = min(total, state.head + 41)
            state.fetches += 1
            return (state.head, state.fetches, Int.random(in: 0..<8, using: &state.random))
        }
        fetched(number)
        switch luck {
        case 0: return [1, 2, 3]
        case 1: return frame.refusal(Refusal(.busy, "a moment")).encoded()
        default: break
        }
        let isMine = request.logID == nil || request.logID == logID
        let first = request.after + 1
        let last = min(head, request.after + min(UInt64(request.limit), pageMaximum))
        let reply = FetchEvents.Reply(
            logID: logID,
            headSeq: head,
            firstSeq: 1,
            events: isMine && first <= last ? (first...last).map { event($0) } : []
        )
        return frame.reply(reply).encoded()
    }

    /// Rings for what is new, or a heartbeat; every other bell is lost.
    func ring(_ publisher: any Publisher) async {
        let (head, isLost) = state.withLock { state in
            state.head = min(total, state.head + 1)
            return (state.head, Bool.random(using: &state.random))
        }
        guard !isLost else { return }
        let bell = Doorbell(logID: logID, seq: head, previousSeq: head - 1, key: "event \(head)")
        await publisher.publish(bell.frame(as: EmbeddingRemoved.kind).encoded())
    }
}
