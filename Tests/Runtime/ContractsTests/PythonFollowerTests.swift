import Contracts
import Foundation
import Glibc
import Messaging
import Synchronization
import TestKit
import Testing
import Wire

/// The process that shall die, at most once each.
private final class Victim: Sendable {
    private let state = Mutex<(process: pid_t, kills: Int)>((0, 0))

    /// How many have died.
    var kills: Int { state.withLock(\.kills) }

    func choose(_ process: pid_t) {
        state.withLock { $0.process = process }
    }

    func kill() {
        state.withLock { state in
            guard state.process > 0, Glibc.kill(state.process, SIGKILL) == 0 else { return }
            state = (0, state.kills + 1)
        }
    }
}

/// The client of `Protocols/clients/python` as a process of its own, against our transport and our frames.
@Suite("A follower in Python")
struct PythonFollowerTests {
    private static let folder = (SharedData.packageRoot ?? ".") + "/Protocols/clients/python"
    private static let isPresent = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// Runs Python to its end; what it printed and how it ended.
    private func python(
        _ arguments: [String],
        started: (Process) -> Void = { _ in }
    ) async throws -> (text: String, status: Int32) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(returning: (text, process.terminationStatus))
            }
            do {
                try process.run()
                started(process)
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }

    // W-27: each event takes effect once, in order, whatever was lost, repeated or killed on the way.
    @Test(
        "sees each event once, in order, though it is killed again and again",
        .enabled(if: isPresent, "python3 is not installed"),
        .timeLimit(.minutes(4))
    )
    func killed() async throws {
        let total: UInt64 = 900
        let victim = Victim()
        let log = FlakyLog(total: total, seed: 27) { number in
            // At some fetches the follower dies: before it has the reply, or a little after.
            guard number % 6 == 3, number < 40 else { return }
            let delay = Duration.milliseconds(number % 4 * 5)
            Task {
                try? await Task.sleep(for: delay)
                victim.kill()
            }
        }
        let transport = NNGTransport()
        let listener = try await transport.serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 4,
            receiveLimit: Limits.controlFrameBytesMaximum
        ) { await log.answer($0) }
        let publisher = try transport.publisher(at: try Address("tcp://127.0.0.1:0"))
        let bells = Task {
            while !Task.isCancelled {
                await log.ring(publisher)
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        let database = FileManager.default.temporaryDirectory.path + "/follower-\(UUID().uuidString).sqlite"
        defer {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: database + suffix)
            }
        }
        let arguments = [
            Self.folder + "/follow.py", "--requests", "\(listener.address)", "--bell", "\(publisher.address)",
            "--database", database, "--until", "\(total)",
        ]
        var status: Int32 = -1
        for _ in 0..<20 where status != 0 {
            status = try await python(arguments) { process in
                victim.choose(process.processIdentifier)
            }.status
        }
        bells.cancel()
        #expect(status == 0)
        #expect(victim.kills >= 3)
        try await expectEachOnce(in: database, total: total, logID: log.logID)
        await publisher.close()
        await listener.close()
    }

    private func expectEachOnce(in database: String, total: UInt64, logID: Identifier) async throws {
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            rows = database.execute("SELECT seq, key, slice_id, kind FROM events ORDER BY rowid").fetchall()
            print([row[0] for row in rows] == list(range(1, int(sys.argv[2]) + 1)))
            print(all(row[1] == f"event {row[0]}" and row[2] == f"{row[0] % 256:02x}" * 16 for row in rows))
            print({row[3] for row in rows})
            print(database.execute("SELECT log_id, seq FROM position").fetchall())
            """
        let found = try await python(["-c", script, database, "\(total)"]).text
        #expect(found == "True\nTrue\n{'embedder.EmbeddingRemoved'}\n[('\(logID)', \(total))]\n")
    }

    // W-22, W-24, W-25: the client asks over raw sockets and reads our replies and refusals.
    @Test(
        "asks over its own sockets",
        .enabled(if: isPresent, "python3 is not installed"),
        .timeLimit(.minutes(2))
    )
    func asks() async throws {
        let listener = try await NNGTransport().serve(
            at: try Address("ipc://\(FileManager.default.temporaryDirectory.path)/\(UUID().uuidString).ipc"),
            concurrency: 1,
            receiveLimit: Limits.controlFrameBytesMaximum
        ) { bytes in
            guard let frame = try? Frame(decoding: bytes, limit: Limits.controlFrameBytesMaximum) else {
                return []
            }
            guard let request = try? FetchSeries.decode(frame.body).request, frame.kind == FetchSeries.kind
            else {
                return frame.refusal(Refusal(.unsupportedKind, "only series here")).encoded()
            }
            let reply = FetchSeries.Reply(
                seriesID: request.seriesID,
                patientID: request.seriesID,
                sliceIDs: [request.seriesID]
            )
            return frame.reply(reply).encoded()
        }
        let script = """
            import sys
            sys.path.insert(0, sys.argv[1])
            from carina_client import Client, Refusal
            client = Client(sys.argv[2])
            print(client.call("ingest.FetchSeries", {"seriesID": bytes(range(16))})["sliceIDs"][0].hex())
            try:
                client.call("common.Hello", {})
            except Refusal as refusal:
                print(refusal)
            """
        let found = try await python(["-c", script, Self.folder, "\(listener.address)"]).text
        #expect(found == "000102030405060708090a0b0c0d0e0f\nunsupportedKind: only series here\n")
        await listener.close()
    }
}
