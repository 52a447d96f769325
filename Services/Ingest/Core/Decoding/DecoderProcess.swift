import Glibc
import ImageCodecs
import Wire

/// One decoding process: a file that crashes or stalls the decoder takes only this with it.
struct DecoderProcess: Sendable {
    let identifier: pid_t
    private let channel: DecoderChannel

    /// The argument by which the ingest program knows that it is to decode.
    static let argument = "--decoder"

    enum Failure: Error, Equatable { case cannotStart(errno: CInt) }

    /// Starts `program --decoder memory-limit time-limit`. (posix_spawn: a fork after nng was used panics, nng trap 13.)
    static func start(program: String, limits: DecoderLimits) throws(Failure) -> DecoderProcess {
        var toChild: (CInt, CInt) = (0, 0)
        var fromChild: (CInt, CInt) = (0, 0)
        try Self.openPipe(&toChild)
        do {
            try Self.openPipe(&fromChild)
        } catch {
            close(toChild.0)
            close(toChild.1)
            throw error
        }
        defer {
            close(toChild.0)
            close(fromChild.1)
        }
        let arguments = [
            program, Self.argument, "\(limits.memoryByteCount)", "\(limits.time.components.seconds)",
        ]
        var identifier = pid_t()
        let result = unsafe Self.spawn(
            &identifier,
            program,
            arguments,
            input: toChild.0,
            output: fromChild.1
        )
        guard result == 0 else {
            close(toChild.1)
            close(fromChild.0)
            throw .cannotStart(errno: result)
        }
        return DecoderProcess(
            identifier: identifier,
            channel: DecoderChannel(input: fromChild.0, output: toChild.1)
        )
    }

    /// The child's answer, or the refusal that stands for its death; `isUsable` says whether it can go on.
    func decode(_ bytes: [UInt8], limits: DecoderLimits) -> (answer: DecodingAnswer, isUsable: Bool) {
        let deadline = ContinuousClock.now + limits.time
        do {
            try self.channel.send(bytes, until: deadline)
            var reader = FrameReader(try self.channel.receive(until: deadline), startingAt: 0)
            return (try DecodingAnswer(from: &reader), true)
        } catch DecoderChannel.Failure.timeout {
            let detail = "decoding took longer than \(limits.time.components.seconds) s"
            return (.refused(DecodingRefusal(.timeLimit, detail)), false)
        } catch {
            return (.refused(DecodingRefusal(.crashed, "the decoder died on this object")), false)
        }
    }

    /// Ends the process and waits for its end, so that no zombie stays.
    func stop() {
        close(self.channel.output)
        close(self.channel.input)
        kill(self.identifier, SIGKILL)
        var status: CInt = 0
        while unsafe waitpid(self.identifier, &status, 0) < 0 && errno == EINTR {}
    }

    private static func openPipe(_ ends: inout (CInt, CInt)) throws(Failure) {
        var pair: [CInt] = [0, 0]
        // SAFETY: pipe2 writes two descriptors, the array has two.
        let result = unsafe pair.withUnsafeMutableBufferPointer { buffer -> CInt in
            guard let base = buffer.baseAddress else { return -1 }
            return unsafe pipe2(base, O_CLOEXEC)
        }
        guard result == 0 else { throw .cannotStart(errno: errno) }
        ends = (pair[0], pair[1])
    }

    private static func spawn(
        _ identifier: inout pid_t,
        _ program: String,
        _ arguments: [String],
        input: CInt,
        output: CInt
    ) -> CInt {
        var actions = posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        // SAFETY: the copies live until posix_spawn has returned, which copies them again.
        defer { for unsafepointer in unsafe pointers { unsafe free(pointer) } }
        return unsafe posix_spawn(&identifier, program, &actions, nil, pointers, environ)
    }
}

/// What one object may cost.
struct DecoderLimits: Sendable, Equatable {
    var memoryByteCount = 2 << 30
    var time = Duration.seconds(10)
}
