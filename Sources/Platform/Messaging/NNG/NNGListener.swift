internal import CNNG
private import Synchronization

/// A REP socket with one context per worker; each worker receives, answers and sends in a loop.
final class NNGListener: Listener {
    let address: Address

    /// How long closing waits for replies to leave.
    private static let replyDrainTime = Duration.seconds(2)

    private let socket: NNGSocket
    private let receiveLimit: Int
    private let answerDrainTime: Duration
    private let replyTime: Duration
    private let answer: @Sendable ([UInt8]) async -> [UInt8]
    private let group = OperationGroup()
    /// Replies handed to nng, by connection.
    private let replies = Mutex<[UInt32: UInt64]>([:])
    private let workers = Mutex<[Task<Void, Never>]>([])
    private let closing = OneTimeClose()

    init(
        at address: Address,
        concurrency: Int,
        receiveLimit: Int,
        tls: TLSIdentity?,
        answerDrainTime: Duration,
        replyTime: Duration,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) throws(MessagingError) {
        var socket = try NNGSocket(.reply, receiveLimit: receiveLimit)
        var contexts: [nng_ctx] = []
        do throws(MessagingError) {
            // Before listening: the first request finds its worker.
            for _ in 0..<max(1, concurrency) { contexts.append(try socket.openContext()) }
            self.address = try socket.listen(address, receiveLimit: receiveLimit, tls: tls)
        } catch {
            socket.closeNow()
            throw error
        }
        self.socket = socket
        self.receiveLimit = receiveLimit
        self.answerDrainTime = answerDrainTime
        self.replyTime = replyTime
        self.answer = answer
        let started = contexts.map { context in Task { await self.work(in: context) } }
        workers.withLock { $0 = started }
    }

    func close() async {
        await closing.run { await self.drainAndClose() }
    }

    private func work(in context: nng_ctx) async {
        while true {
            guard let receive = try? group.begin() else { return }
            let code = await receive.perform(.receive(context))
            group.end(receive)
            guard let request = receive.unload() else {
                if code == CInt(NNG_ECLOSED.rawValue) || receive.isInterrupted { return }
                // Out of memory, most likely: a moment later it may be better.
                try? await Task.sleep(for: .milliseconds(10))
                continue
            }
            let reply = await answer(request.bytes)
            // The peer would hang up on a reply beyond the limit, and with it on others' replies. An empty
            // one says at once that something is wrong.
            await send(reply.count <= receiveLimit ? reply : [], in: context, to: request.pipe)
        }
    }

    private func send(_ reply: [UInt8], in context: nng_ctx, to pipe: UInt32) async {
        guard let operation = try? NNGOperation(), (try? operation.load(reply)) != nil else { return }
        let code = await operation.perform(.send(context), milliseconds: replyTime.nngMilliseconds)
        guard code == 0 else {
            operation.discardMessage()
            // A peer which sends but never reads would hold one worker after the other.
            _ = nng_pipe_close(nng_pipe(id: pipe))
            return
        }
        let count = replies.withLock { replies in
            replies[pipe, default: 0] += 1
            return replies.count
        }
        if count > Self.connectionCountBeforePruning { forgetGoneConnections() }
    }

    private static let connectionCountBeforePruning = 1024

    private func forgetGoneConnections() {
        let live = NNGStatistics.traffic(of: socket.raw)
        replies.withLock { replies in replies = replies.filter { live[$0.key] != nil } }
    }

    private func drainAndClose() async {
        await group.close()
        let tasks = workers.withLock { $0 }
        let impatience = Task {
            guard (try? await Task.sleep(for: answerDrainTime)) != nil else { return }
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        impatience.cancel()
        await waitUntilRepliesLeft()
        await socket.close()
    }

    /// nng trap 16: closing drops what nng has not written yet.
    private func waitUntilRepliesLeft() async {
        let deadline = ContinuousClock.now + Self.replyDrainTime
        while ContinuousClock.now < deadline {
            let traffic = NNGStatistics.traffic(of: socket.raw)
            let isDone = replies.withLock { replies in
                traffic.allSatisfy { pipe, traffic in traffic.written >= replies[pipe, default: 0] }
            }
            if isDone { return }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
