import Glibc
import ImageCodecs
import Processes
import Wire

/// The other side: what the ingest program does when it is started as a decoding process.
package enum DecoderWorker {
    /// Whether this process was started to decode.
    package static func isWanted(arguments: [String]) -> Bool {
        arguments.count == 4 && arguments[1] == DecoderProcess.argument
    }

    /// Decodes object after object from standard input until it ends.
    package static func run(arguments: [String]) -> CInt {
        guard let memoryLimit = UInt(arguments[2]), let seconds = UInt32(arguments[3]) else { return 2 }
        Self.limit(memoryByteCount: memoryLimit)
        keepFreedMemory()
        let shared = SharedMemory(attaching: SpawnedProcess.Streams.shared)
        let channel = DecoderChannel(
            input: STDIN_FILENO,
            output: STDOUT_FILENO,
            memory: shared.map { .init(shared: $0, sendsFirstHalf: false) }
        )
        while let bytes = try? channel.receive(until: nil) {
            // Should the service be gone while we hang, the alarm ends us.
            alarm(seconds + 5)
            var writer = FrameWriter()
            Self.answer(bytes).encode(into: &writer)
            guard (try? channel.send(writer.bytes, until: nil)) != nil else { return 1 }
            alarm(0)
        }
        return 0
    }

    static func answer(_ bytes: [UInt8]) -> DecodingAnswer {
        do {
            return .decoded(try decodeObject(bytes))
        } catch {
            return .refused(error)
        }
    }

    private static func limit(memoryByteCount: UInt) {
        var memory = rlimit(rlim_cur: memoryByteCount, rlim_max: memoryByteCount)
        var core = rlimit(rlim_cur: 0, rlim_max: 0)
        // SAFETY: both structures live on this stack for the calls.
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    }
}
