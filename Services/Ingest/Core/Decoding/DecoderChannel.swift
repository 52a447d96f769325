import Glibc
import Processes

/// One end of the pipes between the service and a decoding process: blocks of bytes with their length before them.
///
/// A block that fits lies in memory that both share; then only its length, with the highest bit set, goes through the pipe.
/// The service's end does not block (`makeNonBlocking`): a write to a pipe that does waits until all of it is taken,
/// whatever the deadline says.
struct DecoderChannel: Sendable {
    let input: CInt
    let output: CInt
    var memory: Memory?

    /// Memory of two halves: one for what is sent from here, one for what comes.
    struct Memory: Sendable {
        let shared: SharedMemory
        let sendsFirstHalf: Bool

        /// For a block of this size in each direction: a slice of 1024 x 1024.
        static let byteCount = 2 * (4 << 20)

        var half: Int { self.shared.byteCount / 2 }
        var sendingOffset: Int { self.sendsFirstHalf ? 0 : self.half }
        var receivingOffset: Int { self.sendsFirstHalf ? self.half : 0 }
    }

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
        guard let memory = self.memory, bytes.count <= memory.half else {
            try self.write(Self.header(bytes.count), until: deadline)
            return try self.write(bytes, until: deadline)
        }
        memory.shared.write(bytes, at: memory.sendingOffset)
        try self.write(Self.header(bytes.count | Self.inMemory), until: deadline)
    }

    /// The bit of a length whose block lies in memory.
    private static let inMemory = 1 << 31

    private static func header(_ length: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }

    /// The next block.
    func receive(until deadline: ContinuousClock.Instant?) throws(Failure) -> [UInt8] {
        let header = try self.read(count: 4, until: deadline)
        let length = header.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let count = length & ~Self.inMemory
        if length != count {
            guard let memory = self.memory, count <= memory.half else { throw .tooLarge }
            return memory.shared.read(count, at: memory.receivingOffset)
        }
        guard count <= Self.blockByteCountMaximum else { throw .tooLarge }
        return try self.read(count: count, until: deadline)
    }

    private func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant?) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let start = done
            // SAFETY: the closure reads at most the bytes between `start` and the array's end.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(self.output, buffer.baseAddress?.advanced(by: start), buffer.count - start)
            }
            if count < 0 && Self.isTransient(errno) {
                try Self.wait(for: self.output, events: Int16(POLLOUT), until: deadline)
                continue
            }
            guard count > 0 else { throw .closed }
            done += count
        }
    }

    private func read(count: Int, until deadline: ContinuousClock.Instant?) throws(Failure) -> [UInt8] {
        var failure: Failure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            do throws(Failure) {
                // SAFETY: `fill` writes only within the buffer and tells how much of it, from the start.
                try unsafe self.fill(UnsafeMutableRawBufferPointer(buffer), done: &done, until: deadline)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        done: inout Int,
        until deadline: ContinuousClock.Instant?
    ) throws(Failure) {
        while done < buffer.count {
            // SAFETY: at most the bytes between `done` and the buffer's end are written.
            let got = unsafe Glibc.read(
                self.input,
                buffer.baseAddress?.advanced(by: done),
                buffer.count - done
            )
            if got < 0 && Self.isTransient(errno) {
                try Self.wait(for: self.input, events: Int16(POLLIN), until: deadline)
                continue
            }
            guard got > 0 else { throw .closed }
            done += got
        }
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
