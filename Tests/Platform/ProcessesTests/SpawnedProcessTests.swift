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
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(pipe.readEnd, &byte, 1) == 1 { bytes.append(byte) }
        #expect(child.waitForEnd() == .exited(0))
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
