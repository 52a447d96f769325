import Foundation
import Glibc
import LineProtocol
import Processes
import Synchronization
import TestKit
import Testing

@testable import CarinaCore

/// What is promised holds through `kill -9` of every service while slices flow.
@Suite("Crashes", .serialized)
struct CrashTests {
    @Test(
        "every stored slice is embedded and searchable exactly once, and a follower sees each event exactly once",
        .timeLimit(.minutes(8))
    )
    func killEachService() async throws {
        try await TestDeployment.run { deployment in
            let folder = deployment.local.folder
            _ = try Phantoms.write(patients: 1..<4, slices: 8, to: folder)
            _ = try await deployment.ingest(["\(folder)/ct"])
            let model = try await deployment.train()
            let follower = try Follower(deployment)
            try follower.start()

            // Now the flow: new slices come in, real ones where there are, while one service after another is killed.
            var flow = "\(folder)/flow/ct"
            if SharedData.isPresent {
                flow = try SharedData.path("ct")
            } else {
                _ = try Phantoms.write(patients: 4..<10, slices: 16, to: "\(folder)/flow")
            }
            let source = flow
            async let flowing = deployment.ingest([source], connections: 2)
            for service in ["ingest", "embedder", "index", "trainer", "labeler", "gateway"] {
                try await deployment.killAndRestart(service)
                if service == "embedder" || service == "gateway" { try await follower.killAndRestart() }
            }
            _ = try await flowing
            // What the flow could not bring while the gateway was away is sent again: that changes nothing twice.
            let again = try await deployment.ingest([source, "\(folder)/ct"])
            #expect(again.refused.allSatisfy { $0.reason == "noLung" })
            try await Self.check(
                deployment,
                model: model,
                slices: Set(again.slices.values),
                follower: follower
            )
        }
    }

    private static func check(
        _ deployment: TestDeployment,
        model: String,
        slices: Set<String>,
        follower: Follower
    ) async throws {
        let isComplete = try await eventually(within: .seconds(90), every: .milliseconds(200)) {
            let client = try await deployment.connect()
            let node = try await client.send("NODES").elements.first
            await client.close()
            return node?["vectors"]?.number == Int64(slices.count) && node?["ready"]?.number == 1
        }
        #expect(isComplete, "not every stored slice became searchable")
        let first = try #require(slices.min())
        let all = try await deployment.search("SLICE \(first) K 1000 GROUP none SAMESERIES")
        #expect(all.hits.count == slices.count - 1)
        #expect(Set(all.hits.map(\.slice)).union([first]) == slices)
        let scan = try await deployment.search("SLICE \(first) K 1000 GROUP none SAMESERIES SCAN")
        #expect(scan.hits == all.hits)

        let client = try await deployment.connect()
        var logged: [Int64] = []
        var created: [String] = []
        while true {
            let page = try await client.send("EVENTS", "READ", "FROM", "\(logged.last ?? 0)", "COUNT", "1000")
            let events = page["events"]?.elements ?? []
            if events.isEmpty { break }
            logged += events.compactMap { $0["seq"]?.number }
            // The generation of the model that came with the program is kept up beside it, for a roll-back.
            created += events.filter {
                $0["kind"]?.text == "embedding.created" && $0["generation"]?.text == model
            }.compactMap { $0["slice"]?.text }
        }
        await client.close()
        #expect(logged == Array(1...Int64(logged.count)), "the log has no gap and no repetition")
        #expect(created.count == slices.count && Set(created) == slices)
        let head = Int64(logged.count)
        let hasAll = try await eventually(within: .seconds(30), every: .milliseconds(300)) {
            try follower.seen().count >= Int(head)
        }
        #expect(hasAll, "the follower has not come to the head of the log")
        #expect(try follower.seen() == logged)
        follower.stop()
    }
}

/// The Python client of Protocols/clients/python, following the embedder's log into a database of its own.
private final class Follower: Sendable {
    private let arguments: [String]
    private let database: String
    private let process = Mutex<SpawnedProcess?>(nil)

    init(_ deployment: TestDeployment) throws {
        let root = try #require(SharedData.packageRoot)
        let links = deployment.local.linkFolder
        self.database = "\(deployment.local.folder)/follower.sqlite"
        self.arguments = [
            "\(root)/Protocols/clients/python/follow.py",
            "--requests", "ipc://\(links)/embedder",
            "--bell", "ipc://\(links)/embedder-events",
            "--database", self.database,
        ]
    }

    func start() throws {
        let process = try SpawnedProcess.start(
            "/usr/bin/env",
            arguments: ["python3"] + self.arguments,
            streams: .init(error: STDERR_FILENO)
        )
        self.process.withLock { $0 = process }
    }

    func killAndRestart() async throws {
        self.stop()
        try self.start()
    }

    func stop() {
        self.process.withLock { process in
            process?.send(SIGKILL)
            process?.waitForEnd()
            process = nil
        }
    }

    deinit { self.stop() }

    /// The numbers of the events whose effect is in the follower's database, in the order of their coming.
    func seen() throws -> [Int64] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let program = """
            import sqlite3, sys
            rows = sqlite3.connect(sys.argv[1], timeout=10).execute("SELECT seq FROM events ORDER BY rowid").fetchall()
            print(" ".join(str(r[0]) for r in rows))
            """
        process.arguments = ["python3", "-c", program, self.database]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
            Int64($0)
        }
    }
}
