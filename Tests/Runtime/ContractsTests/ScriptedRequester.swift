import Messaging
import Synchronization
import Wire

/// A peer that answers as a script says, one step an attempt, and remembers what it was asked.
final class ScriptedRequester: Requester {
    /// What becomes of an attempt.
    enum Step: Sendable {
        case fails(MessagingError.Kind)
        case answers(@Sendable (Frame) -> Frame)
        case bytes([UInt8])
    }

    private let state: Mutex<(script: [Step], asked: [[UInt8]], waits: [Duration])>

    init(_ script: [Step]) {
        state = Mutex((script, [], []))
    }

    /// Each attempt's bytes.
    var asked: [[UInt8]] { state.withLock(\.asked) }
    /// How long each attempt would have waited.
    var waits: [Duration] { state.withLock(\.waits) }

    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8] {
        let step = state.withLock { state in
            state.asked.append(bytes)
            state.waits.append(timeout)
            // The last step goes on for ever.
            return state.script.count > 1 ? state.script.removeFirst() : state.script.first
        }
        switch step {
        case .fails(let kind): throw MessagingError(kind, "scripted")
        case .bytes(let bytes): return bytes
        case .answers(let answer):
            guard let frame = try? Frame(decoding: bytes, limit: 1 << 20) else { return [] }
            return answer(frame).encoded()
        case nil: throw MessagingError(.closed, "no script")
        }
    }

    func close() async {}
}
