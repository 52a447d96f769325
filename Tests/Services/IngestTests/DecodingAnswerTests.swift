import Foundation
import Glibc
import ImageCodecs
import Processes
import Testing
import Wire

@testable import IngestCore

/// What goes between the service and its decoding processes.
@Suite("Decoder channel")
struct DecodingAnswerTests {
    private static func full() throws -> DecodedObject {
        var object = try decodeObject(try Objects.chest(1))
        object.facts.hasBurnedInText = true
        object.warnings = [.paddingAboveAir, DecodingWarning(rawValue: "another")]
        return object
    }

    @Test("an answer comes back as it was")
    func answers() throws {
        var bare = try Self.full()
        bare.identity = nil
        bare.spacing = nil
        bare.facts = ImageFacts()
        bare.scale = .grey8
        let answers: [DecodingAnswer] = [
            .decoded(try Self.full()), .decoded(bare), .refused(DecodingRefusal(.damaged, "too short")),
        ]
        for answer in answers {
            #expect(try DecodingAnswer(encodedBytes: answer.encodedBytes) == answer)
        }
    }

    @Test("an answer that is cut anywhere is an error, not a crash")
    func cuts() throws {
        let bytes = DecodingAnswer.decoded(try Self.full()).encodedBytes
        let places =
            Array(0..<20) + stride(from: 20, to: bytes.count, by: 997)
            + Array(bytes.count - 200..<bytes.count)
        for count in places {
            #expect(throws: WireError.self) { try DecodingAnswer(encodedBytes: Array(bytes.prefix(count))) }
        }
    }

    @Test("the worker answers with what the decoder says")
    func worker() throws {
        let bytes = try Objects.chest(2)
        #expect(DecoderWorker.answer(bytes) == .decoded(try decodeObject(bytes)))
        guard case .refused(let refusal) = DecoderWorker.answer([1, 2, 3]) else {
            Issue.record("was not refused")
            return
        }
        #expect(refusal.reason == .unsupported)
        #expect(DecoderWorker.isWanted(arguments: ["ingest", "--decoder", "1", "2"]))
        #expect(!DecoderWorker.isWanted(arguments: ["ingest", "--data", "1", "2"]))
        #expect(!DecoderWorker.isWanted(arguments: ["ingest", "--decoder"]))
    }

    @Test("blocks arrive whole, also those larger than a pipe holds")
    func blocks() async throws {
        let (ours, theirs, pipes) = try Self.ends()
        defer { for pipe in pipes { Self.close(pipe) } }
        let block = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let echo = Self.inThread { try? theirs.send((try? theirs.receive(until: nil)) ?? [], until: nil) }
        let deadline = ContinuousClock.now + .seconds(20)
        try ours.send(block, until: deadline)
        #expect(try ours.receive(until: deadline) == block)
        await echo.value
    }

    @Test("who does not read, does not answer, lies about the length or is gone is found out in time")
    func failures() throws {
        let (ours, theirs, pipes) = try Self.ends()
        let large = [UInt8](repeating: 1, count: 1_000_000)
        func deadline() -> ContinuousClock.Instant { .now + .milliseconds(100) }
        #expect(throws: DecoderChannel.Failure.timeout) { try ours.send(large, until: deadline()) }
        #expect(throws: DecoderChannel.Failure.timeout) { try ours.receive(until: deadline()) }
        var length: UInt32 = 0xFFFF_FFFF
        #expect(write(theirs.output, &length, 4) == 4)
        #expect(throws: DecoderChannel.Failure.tooLarge) { try ours.receive(until: deadline()) }
        for pipe in pipes.prefix(1) { Self.close(pipe.readEnd) }
        for pipe in pipes.suffix(1) { Self.close(pipe.writeEnd) }
        #expect(throws: DecoderChannel.Failure.closed) { try ours.receive(until: deadline()) }
        signal(SIGPIPE, SIG_IGN)
        #expect(throws: DecoderChannel.Failure.closed) { try ours.send([1], until: deadline()) }
        Self.close(pipes[0].writeEnd)
        Self.close(pipes[1].readEnd)
    }
}

extension DecodingAnswerTests {
    /// Two channels that lead to each other; ours does not block.
    private static func ends() throws -> (ours: DecoderChannel, theirs: DecoderChannel, pipes: [PipePair]) {
        let there = try #require(PipePair())
        let back = try #require(PipePair())
        let ours = DecoderChannel(input: back.readEnd, output: there.writeEnd)
        ours.makeNonBlocking()
        return (ours, DecoderChannel(input: there.readEnd, output: back.writeEnd), [there, back])
    }

    private static func close(_ pipe: PipePair) {
        Self.close(pipe.readEnd)
        Self.close(pipe.writeEnd)
    }

    private static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

    private static func inThread(_ body: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    body()
                    continuation.resume()
                }
            }
        }
    }
}
