import Foundation
import Glibc
import ImageCodecs
import TestKit
import Testing
import Wire

@testable import IngestCore

/// The pool with real child processes, all of them bad ones.
@Suite("Decoder pool", .serialized)
struct DecoderPoolTests {
    /// A program that does what a shell script says, whatever its arguments are.
    ///
    /// Scripts hang by stopping themselves: then the shell is all there is to be killed.
    private struct Program {
        let path: String
        /// What the system calls its processes; other tests of this process have children too.
        let name = "bad-\(UInt32.random(in: 0 ... .max))"

        init(_ script: String, in folder: String) throws {
            self.path = "\(folder)/\(self.name)"
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: self.path))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: self.path)
        }

        /// How many children of this process run the program, zombies included.
        func childCount() throws -> Int {
            let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            return processes.compactMap(Int32.init).count { number in
                guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8) else {
                    return false
                }
                // "number (name) state parent …"
                let fields = stat.split(separator: " ")
                return fields.count > 3 && fields[1] == "(\(self.name))" && fields[3] == "\(getpid())"
            }
        }

        func pool(count: Int = 1, seconds: Int = 1) -> DecoderPool {
            let limits = DecoderLimits(memoryByteCount: 1 << 30, time: .seconds(seconds))
            return DecoderPool(program: self.path, processesMaximum: count, limits: limits)
        }
    }

    private static func reason(_ pool: DecoderPool, _ bytes: [UInt8]) async throws -> RefusalReason? {
        do {
            _ = try await pool.decode(bytes)
            return nil
        } catch let refusal as DecodingRefusal {
            return refusal.reason
        }
    }

    /// A script, and what becomes of an object that fits into the shared memory and of one that does not, nor into a pipe.
    private struct Misbehavior: Sendable {
        let script: String
        let small: RefusalReason
        let large: RefusalReason
    }

    private static let misbehaviors = [
        Misbehavior(script: "exit 0", small: .crashed, large: .crashed),
        Misbehavior(script: "kill -SEGV $$", small: .crashed, large: .crashed),
        // Its answer is looked at only when it has taken the object.
        Misbehavior(
            script: "printf '\\003\\000\\000\\000\\007\\007\\007'; kill -STOP $$",
            small: .crashed,
            large: .timeLimit
        ),
        Misbehavior(
            script: "printf '\\377\\377\\377\\377'; kill -STOP $$",
            small: .crashed,
            large: .timeLimit
        ),
        Misbehavior(script: "printf '\\000'; kill -STOP $$", small: .timeLimit, large: .timeLimit),
        Misbehavior(script: "kill -STOP $$", small: .timeLimit, large: .timeLimit),
        Misbehavior(script: "cat >/dev/null", small: .timeLimit, large: .timeLimit),
    ]

    @Test("a decoder that ends, says nonsense or hangs costs its object and nothing else", arguments: 0..<7)
    func misbehavior(index: Int) async throws {
        let misbehavior = Self.misbehaviors[index]
        try await withTemporaryFolder { folder in
            let program = try Program(misbehavior.script, in: folder)
            let pool = program.pool()
            for (count, reason) in [(10, misbehavior.small), (5_000_000, misbehavior.large)] {
                let start = ContinuousClock.now
                let bytes = [UInt8](repeating: 1, count: count)
                #expect(try await Self.reason(pool, bytes) == reason, "\(misbehavior.script)")
                #expect(start.duration(to: .now) < .seconds(5))
                #expect(try program.childCount() == 0)
            }
            await pool.stop()
            #expect(try program.childCount() == 0)
        }
    }

    @Test("after a crash the next object gets a new decoder, and a good one is kept")
    func recovery() async throws {
        try await withTemporaryFolder { folder in
            let object = try decodeObject(try Objects.chest(0))
            let answer = DecodingAnswer.decoded(object).encodedBytes
            let length = (0..<4).map { UInt8(truncatingIfNeeded: answer.count >> (8 * $0)) }
            try Data(length + answer).write(to: URL(filePath: "\(folder)/answer"))
            let script = """
                cd \(folder)
                echo >> starts
                [ -e crashed ] || { touch crashed; exit 1; }
                cat answer answer
                kill -STOP $$
                """
            let program = try Program(script, in: folder)
            let pool = program.pool()
            #expect(try await Self.reason(pool, [1]) == .crashed)
            #expect(try await pool.decode([2]) == object)
            #expect(try await pool.decode([3]) == object)
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/starts")).count == 2)
            #expect(try program.childCount() == 1)
            await pool.stop()
            #expect(try program.childCount() == 0)
        }
    }

    @Test("many objects at once wait for the few decoders, and all get an answer")
    func crowd() async throws {
        try await withTemporaryFolder { folder in
            let program = try Program("exit 1", in: folder)
            let pool = program.pool(count: 2)
            let reasons = try await withThrowingTaskGroup(of: RefusalReason?.self) { group in
                for number in 0..<12 { group.addTask { try await Self.reason(pool, [UInt8(number)]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reasons == Array(repeating: .crashed, count: 12))
            #expect(try program.childCount() == 0)
        }
    }

    @Test("a pool that stops ends decoders at work, blames no object, and takes no more")
    func stopping() async throws {
        try await withTemporaryFolder { folder in
            let program = try Program("kill -STOP $$", in: folder)
            let pool = program.pool(seconds: 60)
            let work = Task { try await pool.decode([1]) }
            #expect(try await eventually { try program.childCount() == 1 })
            let waiting = Task { try await pool.decode([2]) }
            await pool.stop()
            await expectRefusal(.busy) { try await work.value }
            await expectRefusal(.busy) { try await waiting.value }
            await expectRefusal(.busy) { try await pool.decode([3]) }
            #expect(try program.childCount() == 0)
        }
    }

    @Test(
        "a program that is not there is the operator's fault, not the object's, and does not block the pool"
    )
    func missingProgram() async throws {
        let pool = DecoderPool(program: "/nowhere/decoder", processesMaximum: 1, limits: DecoderLimits())
        for _ in 0..<3 {
            do {
                _ = try await pool.decode([1])
                Issue.record("decoded by nobody")
            } catch {
                #expect(!(error is DecodingRefusal))
            }
        }
    }
}
