import Foundation
import TestKit
import Testing

@Suite("Child processes", .timeLimit(.minutes(1)))
struct ChildProcessTests {
    @Test("output and exit code are those of the program")
    func reportsEnding() async throws {
        try await withChildProcess(
            "sh",
            ["-c", "echo $WORD; echo bad >&2; exit 3"],
            environment: ["WORD": "good"]
        ) {
            #expect(await $0.end(within: .seconds(10)) == .exited(code: 3))
            #expect($0.output == "good\nbad\n")
        }
    }

    @Test("a program and what it started are gone at the end of the scope, also when they ignore SIGTERM")
    func killsGroup() async throws {
        var processIDs: [Int32] = []
        try await withChildProcess("sh", ["-c", "trap '' TERM; sleep 60 & echo $!; wait; wait; sleep 60"]) {
            child in
            #expect(await eventually { child.output.hasSuffix("\n") })
            processIDs = [child.processID, try #require(Int32(child.output.dropLast()))]
            #expect(child.currentEnding == nil)
        }
        for processID in processIDs {
            #expect(await eventually { !isRunning(processID) })
        }
    }

    @Test("a throwing body ends the program too")
    func killsAfterError() async throws {
        struct Planned: Error {}
        var processID: Int32 = 0
        await #expect(throws: Planned.self) {
            try await withChildProcess("sleep", ["60"]) { child in
                processID = child.processID
                throw Planned()
            }
        }
        #expect(await eventually { !isRunning(processID) })
    }

    @Test("a program which does not exist is refused")
    func refusesAbsentProgram() async throws {
        await #expect(throws: SpawnFailure.self) {
            try await withChildProcess("/no/such/program") { _ in }
        }
    }

    /// False for no process and for a zombie, which only its parent can remove.
    private func isRunning(_ processID: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8) else {
            return false
        }
        return !status.contains(") Z ")
    }
}

@Suite("Temporary folders")
struct TemporaryFolderTests {
    @Test("a folder exists inside the scope only, with all that was put there")
    func removesFolder() async throws {
        var path = ""
        try await withTemporaryFolder { folder in
            path = folder
            try FileManager.default.createDirectory(
                atPath: folder + "/a/b",
                withIntermediateDirectories: true
            )
            #expect(FileManager.default.fileExists(atPath: folder + "/a/b"))
            #expect(folder.utf8.count < 60)
        }
        #expect(!path.isEmpty && !FileManager.default.fileExists(atPath: path))
    }
}
