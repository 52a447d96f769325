import Foundation
import Glibc
import Testing

@testable import Processes

@Suite("Child processes")
struct SpawnedProcessTests {
    /// What a program writes to standard output.
    func output(of arguments: [String], environment: [String: String] = [:]) throws -> String {
        let pipe = try #require(PipePair())
        defer { close(pipe.readEnd) }
        let child = try SpawnedProcess.start(
            "/bin/sh",
            arguments: arguments,
            environment: environment,
            streams: .init(output: pipe.writeEnd)
        )
        close(pipe.writeEnd)
        let text = try Self.text(from: pipe.readEnd)
        #expect(child.waitForEnd() == .exited(0))
        return text
    }

    private static func text(from pipe: Int32) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(pipe, &byte, 1) == 1 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("arguments, environment and streams arrive")
    func startsProgram() throws {
        let text = try self.output(
            of: ["-c", "echo \"$1 $GREETING\"", "sh", "a b"],
            environment: ["GREETING": "hi"]
        )
        #expect(text == "a b hi\n")
    }

    @Test("what is written to shared memory is read on the other side, and its size stays")
    func sharedMemory() throws {
        let memory = try #require(SharedMemory(byteCount: 8_192))
        memory.write(Array("to the child".utf8), at: 100)
        let number = "/proc/self/fd/\(SpawnedProcess.Streams.shared)"
        // `dd` reads and writes the memory as the file that it is too; it cannot be made shorter.
        let script = """
            dd if=\(number) bs=1 skip=100 count=12 2>/dev/null
            printf 'to the parent' | dd of=\(number) bs=1 seek=5000 conv=notrunc 2>/dev/null
            truncate -s 10 \(number) 2>/dev/null || echo ', kept'
            """
        let pipe = try #require(PipePair())
        defer { close(pipe.readEnd) }
        let child = try SpawnedProcess.start(
            "/bin/sh",
            arguments: ["-c", script],
            streams: .init(output: pipe.writeEnd, shared: memory.descriptor)
        )
        close(pipe.writeEnd)
        #expect(try Self.text(from: pipe.readEnd) == "to the child, kept\n")
        #expect(child.waitForEnd() == .exited(0))
        #expect(String(decoding: memory.read(13, at: 5_000), as: UTF8.self) == "to the parent")
        #expect(memory.read(0, at: 8_192).isEmpty)
        #expect(SharedMemory(attaching: -1) == nil)
    }

    private static let process = Int32(PRIO_PROCESS.rawValue)

    @Test("a process stands back with all its threads")
    func niceness() throws {
        func nicenesses() throws -> Set<Int32> {
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            // A thread that has ended meanwhile has none.
            return Set(threads.compactMap(UInt32.init).map { getpriority(Self.process, $0) })
        }
        let before = getpriority(Self.process, 0)
        // Other tests' threads may start while they are counted, of those that were set already.
        setNiceness(before + 1)
        #expect(getpriority(Self.process, 0) == before + 1)
        #expect(try nicenesses() == [before + 1])
        // Back to what it was, where this user may do that.
        setNiceness(before)
    }

    @Test("a program that is not there is an error, not a child")
    func missingProgram() {
        #expect(throws: SpawnedProcess.Failure(program: "/no/such/program", code: ENOENT)) {
            try SpawnedProcess.start("/no/such/program", arguments: [], streams: .init())
        }
    }

    @Test("endings are told apart, and a child may be asked for its own")
    func endings() throws {
        let failing = try SpawnedProcess.start("/bin/sh", arguments: ["-c", "exit 7"], streams: .init())
        #expect(failing.waitForEnd() == .exited(7))
        let hanging = try SpawnedProcess.start("/bin/sleep", arguments: ["60"], streams: .init())
        #expect(hanging.endingIfEnded() == nil)
        #expect(hanging.isRunning && hanging.program?.hasSuffix("sleep") == true)
        hanging.send(SIGTERM)
        #expect(hanging.waitForEnd() == .signaled(SIGTERM))
    }

    @Test("a detached child has a session of its own")
    func detached() throws {
        let child = try SpawnedProcess.start(
            "/bin/sleep",
            arguments: ["60"],
            streams: .init(),
            isDetached: true
        )
        defer {
            child.send(SIGKILL)
            child.waitForEnd()
        }
        #expect(getsid(child.identifier) == child.identifier)
    }
}
