import Foundation
import Glibc
import LineProtocol
import Logging
import NIOCore
import Processes
import Synchronization
import TestKit
import Testing

@testable import CarinaCore

/// A gateway whose labeler has one job that runs until it is cancelled.
private struct JobSession: CommandSession {
    static let job = String(repeating: "0a", count: 16)
    let log: CommandLog

    mutating func answer(_ words: [ByteBuffer]) async -> (reply: Reply, isLast: Bool) {
        let text = words.map { String(buffer: $0) }
        self.log.commands.withLock { $0.append(text) }
        switch text.first {
        case "LABEL": return (.text(Self.job), false)
        case "JOB", "CANCEL": return (Self.row, false)
        case "JOBS": return (.list([Self.row]), false)
        default: return (.failure(code: .general, text: "unknown"), false)
        }
    }

    private static let row = Reply.fields([
        "job": .text(job), "state": .text("running"), "progress": .text("0.5"), "text": .text("comparing"),
        "result": .text(""),
    ])
}

/// What a stand-in was asked, in its order.
private final class CommandLog: Sendable {
    let commands = Mutex<[[String]]>([])
}

@Suite("carina label and its jobs", .timeLimit(.minutes(1)))
struct LabelJobTests {
    private func withGateway(_ body: (String, CommandLog) async throws -> Void) async throws {
        let server = try await LineServer.bound(
            to: LineServer.Options(host: "127.0.0.1", port: 0, limits: LineLimits(bulkByteCount: 1 << 16)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let log = CommandLog()
        let running = Task { try await server.run { JobSession(log: log) } }
        let result: Result<Void, any Error>
        do {
            try await body("127.0.0.1:\(server.port)", log)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        running.cancel()
        _ = await running.result
        try result.get()
    }

    private static func carina() throws -> String {
        let runner = try #require(SpawnedProcess(identifier: getpid()).program)
        return URL(filePath: runner).deletingLastPathComponent().appending(path: "carina").path
    }

    @Test("Ctrl-C ends the wait, says how to stop the job, and does not stop it")
    func interrupt() async throws {
        try await self.withGateway { address, log in
            let arguments = ["label", "build", "--gateway", address, "--seed", "4"]
            try await withChildProcess(try Self.carina(), arguments) { child in
                let isWaiting = await eventually(within: .seconds(20)) {
                    log.commands.withLock { $0.contains { $0.first == "JOB" } }
                }
                #expect(isWaiting)
                child.send(signal: SIGINT)
                #expect(await child.end(within: .seconds(10)) == .exited(code: 130))
                #expect(child.output.contains("carina label stop \(JobSession.job)"))
            }
            let commands = log.commands.withLock { $0 }
            #expect(commands.first == ["LABEL", "SEED", "4"])
            #expect(!commands.contains { $0.first == "CANCEL" })
        }
    }

    @Test("status and stop tell how far a job is; --detach does not wait")
    func jobs() async throws {
        try await self.withGateway { address, log in
            for (arguments, text) in [
                (["status"], "running  50 %"), (["status", JobSession.job], "comparing"),
                (["stop", JobSession.job], JobSession.job),
                (["build", "--detach"], "job \(JobSession.job)"),
            ] {
                let all = ["label"] + arguments + ["--gateway", address]
                try await withChildProcess(try Self.carina(), all) { child in
                    #expect(await child.end(within: .seconds(20)) == .exited(code: 0), "\(child.output)")
                    #expect(child.output.contains(text), "\(child.output)")
                }
            }
            let asked = log.commands.withLock { $0 }
            #expect(
                asked == [
                    ["JOBS", "labeler"], ["JOB", "labeler", JobSession.job],
                    ["CANCEL", "labeler", JobSession.job], ["JOB", "labeler", JobSession.job],
                    ["LABEL", "SEED", "1"],
                ]
            )
        }
    }
}
