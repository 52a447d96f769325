internal import CNNG
private import Foundation

/// nng trap 23: nng 1.5.2 reads a message in two steps, its length and then its body. When the connection is
/// closed, here or because a send failed, while the first step's result waits for a thread, the second step
/// is never told, and the thread which clears connections away waits for it for ever: no close ends any more,
/// and no dialer dials again, in the whole process.
///
/// So closing first waits until nothing is under way, which spares the peer as well. Then it lowers the
/// endpoint's limit: the length of whatever still arrives is too large, and that ends a connection without a
/// second step.
extension NNGSocket {
    /// A body of one byte is still let through: the smallest limit, since 0 would mean none.
    private static let closingLimit = 1
    private static let quietTime = Duration.milliseconds(5)
    private static let quietTimeMaximum = Duration.seconds(1)
    /// A close which takes longer will never end; its thread is left behind.
    private static let closeTime = Duration.seconds(5)

    /// Closes the socket. Must not be called while operations run which nobody will interrupt.
    func close() async {
        // In a task of its own: a cancelled caller's pauses would last no time.
        await Task {
            if role == .request || role == .reply { await waitUntilQuiet() }
            refuseFurtherMessages()
            if role != .publish { try? await Task.sleep(for: Self.quietTime) }
            _ = await isDone(within: Self.closeTime) { _ = nng_close(raw) }
        }.value
    }

    /// Waits until the counts of messages stand still and, for a requester, until every request has its
    /// reply.
    ///
    /// Replies to requests which timed out or were cancelled are still on their way.
    private func waitUntilQuiet() async {
        let deadline = ContinuousClock.now + Self.quietTimeMaximum
        var last = NNGStatistics.traffic(of: raw)
        while !last.isEmpty, ContinuousClock.now < deadline {
            try? await Task.sleep(for: Self.quietTime)
            let now = NNGStatistics.traffic(of: raw)
            let awaitsReply = role == .request && now.values.contains { $0.read < $0.written }
            if now == last, !awaitsReply { return }
            last = now
        }
    }

    private func refuseFurtherMessages() {
        // An endpoint which is gone receives nothing.
        switch endpoint {
        case .dialer(let dialer):
            // nng trap 24: a dialer whose connection ended dials again, half the time at once, and on a
            // socket file such a short visit can make the peer's listener deaf. That would be worse than what
            // this prevents.
            guard !isSocketFile else { return }
            _ = unsafe nng_dialer_set_size(dialer, NNG_OPT_RECVMAXSZ, Self.closingLimit)
        case .listener(let listener):
            _ = unsafe nng_listener_set_size(listener, NNG_OPT_RECVMAXSZ, Self.closingLimit)
        case nil:
            break
        }
    }
}

/// Runs a call which may block for ever on a thread of its own.
///
/// - Returns: false when the time passed or the task was cancelled first; the thread is left behind.
func isDone(within timeout: Duration, _ body: @escaping @Sendable () -> Void) async -> Bool {
    let outcome = Outcome<Bool>()
    Thread.detachNewThread {
        body()
        outcome.settle(true)
    }
    return await outcome.value(within: timeout, expired: false, cancelled: false)
}
