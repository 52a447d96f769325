import Glibc
import ImageCodecs
import Processes
import Wire

/// One decoding process: a file that crashes or stalls the decoder takes only this with it.
struct DecoderProcess: Sendable {
    private let process: SpawnedProcess
    private let channel: DecoderChannel

    /// The argument by which the ingest program knows that it is to decode.
    static let argument = "--decoder"

    /// Starts `program --decoder memory-limit time-limit`.
    static func start(program: String, limits: DecoderLimits) throws(SpawnedProcess.Failure) -> DecoderProcess
    {
        guard let toChild = PipePair() else { throw .init(program: program, code: errno) }
        defer { close(toChild.readEnd) }
        guard let fromChild = PipePair() else {
            close(toChild.writeEnd)
            throw .init(program: program, code: errno)
        }
        defer { close(fromChild.writeEnd) }
        // Without it everything goes through the pipes.
        let memory = SharedMemory(byteCount: DecoderChannel.Memory.byteCount)
        do {
            let process = try SpawnedProcess.start(
                program,
                arguments: [Self.argument, "\(limits.memoryByteCount)", "\(limits.time.components.seconds)"],
                streams: .init(
                    input: toChild.readEnd,
                    output: fromChild.writeEnd,
                    error: STDERR_FILENO,
                    shared: memory?.descriptor
                )
            )
            let channel = DecoderChannel(
                input: fromChild.readEnd,
                output: toChild.writeEnd,
                memory: memory.map { .init(shared: $0, sendsFirstHalf: true) }
            )
            channel.makeNonBlocking()
            return DecoderProcess(process: process, channel: channel)
        } catch {
            close(toChild.writeEnd)
            close(fromChild.readEnd)
            throw error
        }
    }

    /// The child's answer, or the refusal that stands for its death; `isUsable` says whether it can go on.
    func decode(_ bytes: [UInt8], limits: DecoderLimits) -> (answer: DecodingAnswer, isUsable: Bool) {
        let deadline = ContinuousClock.now + limits.time
        do {
            try self.channel.send(bytes, until: deadline)
            var reader = FrameReader(try self.channel.receive(until: deadline), startingAt: 0)
            let answer = try DecodingAnswer(from: &reader)
            // A process that says more than an answer is out of step.
            return (answer, reader.remaining == 0)
        } catch DecoderChannel.Failure.timeout {
            let detail = "decoding took longer than \(limits.time.components.seconds) s"
            return (.refused(DecodingRefusal(.timeLimit, detail)), false)
        } catch {
            return (.refused(DecodingRefusal(.crashed, "the decoder died on this object")), false)
        }
    }

    /// Names the process among those of this service.
    var identifier: Int32 { self.process.identifier }

    /// Ends the process while `decode` waits for it: that returns at once.
    func interrupt() { self.process.send(SIGKILL) }

    /// Ends the process and waits for its end, so that no zombie stays.
    func stop() {
        close(self.channel.output)
        close(self.channel.input)
        self.process.send(SIGKILL)
        self.process.waitForEnd()
    }
}

/// What one object may cost.
struct DecoderLimits: Sendable, Equatable {
    var memoryByteCount = 2 << 30
    var time = Duration.seconds(10)
}
