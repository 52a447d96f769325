import Glibc

/// One end of the pipes between the service and a decoding process: blocks of bytes with their length before them.
///
/// The service's end does not block (`makeNonBlocking`): a write to a pipe that does waits until all of it is taken,
/// whatever the deadline says.
struct DecoderChannel: Sendable {
    let input: CInt
    let output: CInt

    enum Failure: Error, Equatable {
        /// The other side is gone.
        case closed
        case timeout
        /// A block is announced that is larger than any we send.
        case tooLarge
    }

    static let blockByteCountMaximum = 256 << 20

    /// Lets reads and writes return at once, so that only `poll` waits, and no longer than the deadline.
    func makeNonBlocking() {
        for descriptor in [self.input, self.output] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    /// Sends one block, waiting while the pipe is full.
    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant?) throws(Failure) {
        try self.write(
            (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) },
            until: deadline
        )
        try self.write(bytes, until: deadline)
    }

    /// The next block.
    func receive(until deadline: ContinuousClock.Instant?) throws(Failure) -> [UInt8] {
        let header = try self.read(count: 4, until: deadline)
        let count = header.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        guard count <= Self.blockByteCountMaximum else { throw .tooLarge }
        return try self.read(count: count, until: deadline)
    }

    private func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant?) throws(Failure) {
        var done = 0
        while done < bytes.count {
            try Self.wait(for: self.output, events: Int16(POLLOUT), until: deadline)
            let start = done
            // SAFETY: the closure reads at most the bytes between `start` and the array's end.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(self.output, buffer.baseAddress?.advanced(by: start), buffer.count - start)
            }
            if count < 0 && Self.isTransient(errno) { continue }
            guard count > 0 else { throw .closed }
            done += count
        }
    }

    private func read(count: Int, until deadline: ContinuousClock.Instant?) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            try Self.wait(for: self.input, events: Int16(POLLIN), until: deadline)
            let start = done
            // SAFETY: the closure writes at most the bytes between `start` and the array's end.
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(self.input, buffer.baseAddress?.advanced(by: start), buffer.count - start)
            }
            if got < 0 && Self.isTransient(errno) { continue }
            guard got > 0 else { throw .closed }
            done += got
        }
        return bytes
    }

    private static func isTransient(_ code: CInt) -> Bool { code == EINTR || code == EAGAIN }

    private static func wait(
        for descriptor: CInt,
        events: Int16,
        until deadline: ContinuousClock.Instant?
    ) throws(Failure) {
        while true {
            var milliseconds: CInt = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
                guard left > 0 else { throw .timeout }
                milliseconds = CInt(min(left.rounded(.up), 60_000))
            }
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            // SAFETY: one entry is given and one is told of.
            let ready = unsafe poll(&entry, 1, milliseconds)
            if ready > 0 { return }
            if ready < 0 && errno != EINTR { throw .closed }
        }
    }
}
