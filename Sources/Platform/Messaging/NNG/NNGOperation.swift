internal import CNNG
private import Synchronization

/// One asynchronous input or output of nng, awaited by a task.
///
/// A fresh one serves each request (its send, then its receive): nng's expiry thread may still hold the
/// cancel function of an operation which just completed, and would hit the next operation of the same kind.
///
/// Sendable although it holds a pointer: nng locks the aio itself, and everything of ours lies in a mutex.
@safe final class NNGOperation: @unchecked Sendable {
    /// What nng can be asked to do without waiting.
    enum Step {
        case send(nng_ctx)
        case receive(nng_ctx)
        case receiveEvent(nng_socket)
    }

    private struct State {
        var continuation: CheckedContinuation<Void, Never>?
        var isInterrupted = false
    }

    private let state = Mutex(State())
    private var aio: OpaquePointer?

    init() throws(MessagingError) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe nng_aio_alloc(
            &aio,
            { context in
                // SAFETY: the task in `perform` holds the operation until this callback resumes it.
                guard let context = unsafe context else { return }
                let operation = unsafe Unmanaged<NNGOperation>.fromOpaque(context).takeUnretainedValue()
                // nng trap 12: this thread belongs to nng, so it only resumes a task.
                operation.resume()
            },
            context
        )
        try NNGFailure.check(code, "nng_aio_alloc")
    }

    deinit {
        // nng trap 10: free would wait for callbacks, perhaps on the very thread which runs one.
        unsafe nng_aio_reap(aio)
    }

    /// True after `interrupt`.
    var isInterrupted: Bool { state.withLock(\.isInterrupted) }

    /// Cancels what runs and whatever is started later.
    func interrupt() {
        state.withLock { $0.isInterrupted = true }
        unsafe nng_aio_cancel(aio)
    }

    /// Starts an operation and waits for its end; returns nng's result code.
    ///
    /// - Parameters:
    ///   - milliseconds: how long nng may take; nil: for ever.
    ///   - step: what to start.
    func perform(_ step: Step, milliseconds: CInt? = nil) async -> CInt {
        unsafe nng_aio_set_timeout(aio, milliseconds ?? CInt(NNG_DURATION_INFINITE))
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.continuation = continuation }
                switch step {
                case .send(let context): unsafe nng_ctx_send(context, aio)
                case .receive(let context): unsafe nng_ctx_recv(context, aio)
                case .receiveEvent(let socket): unsafe nng_recv_aio(socket, aio)
                }
                // nng trap 11: a cancel which came before the start went nowhere.
                if Task.isCancelled || isInterrupted { unsafe nng_aio_cancel(aio) }
            }
        } onCancel: {
            unsafe nng_aio_cancel(self.aio)
        }
        return unsafe nng_aio_result(aio)
    }

    /// Gives a message to the operation, as a copy of the bytes.
    func load(_ bytes: [UInt8]) throws(MessagingError) {
        var message: OpaquePointer?
        try NNGFailure.check(unsafe nng_msg_alloc(&message, bytes.count), "nng_msg_alloc")
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress, let to = unsafe nng_msg_body(message) else { return }
            // SAFETY: nng_msg_alloc made a body of exactly this many bytes.
            unsafe to.copyMemory(from: from, byteCount: source.count)
        }
        unsafe nng_aio_set_msg(aio, message)
    }

    /// Takes the received message; nil when there is none.
    func unload() -> (bytes: [UInt8], pipe: UInt32)? {
        guard let message = unsafe nng_aio_get_msg(aio) else { return nil }
        unsafe nng_aio_set_msg(aio, nil)
        defer { unsafe nng_msg_free(message) }
        let count = unsafe nng_msg_len(message)
        guard count > 0, let body = unsafe nng_msg_body(message) else {
            return ([], unsafe nng_msg_get_pipe(message).id)
        }
        // SAFETY: the body has as many bytes as nng_msg_len says, until the message is freed below.
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: body, count: count))
        return (bytes, unsafe nng_msg_get_pipe(message).id)
    }

    /// Frees a message which nng gave back because the send failed (nng trap 8).
    func discardMessage() {
        guard let message = unsafe nng_aio_get_msg(aio) else { return }
        unsafe nng_aio_set_msg(aio, nil)
        unsafe nng_msg_free(message)
    }

    private func resume() {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }
}

extension Duration {
    /// As nng counts time: whole milliseconds, rounded up, at least one.
    var nngMilliseconds: CInt {
        let (seconds, attoseconds) = components
        guard seconds < Int64(CInt.max) / 1000 else { return .max }
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return CInt(clamping: max(1, milliseconds))
    }
}
