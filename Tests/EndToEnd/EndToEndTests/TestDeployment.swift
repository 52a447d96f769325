import ArgumentParser
import Foundation
import Glibc
import LineProtocol
import Processes
import TestKit
import Testing

@testable import CarinaCore

/// All six services as real processes, started by `carina up`'s own code, ended with the scope.
struct TestDeployment: Sendable {
    let local: LocalDeployment
    let port: Int

    static func run<Value>(_ body: (TestDeployment) async throws -> Value) async throws -> Value {
        try await withTemporaryFolder { folder in
            let local = LocalDeployment(folder: folder)
            let keeper = try Self.keeper(of: local)
            defer {
                keeper.send(SIGKILL)
                keeper.waitForEnd()
            }
            let record = try await local.start(port: 0, progress: ProgressBar(isSilent: true))
            do {
                let value = try await body(TestDeployment(local: local, port: record.port))
                _ = try await local.stop()
                return value
            } catch {
                Self.showLogs(local)
                _ = try? await local.stop()
                throw error
            }
        }
    }

    /// A test runner that is killed cannot stop what it has started: then this shell does.
    private static func keeper(of local: LocalDeployment) throws -> SpawnedProcess {
        let runner = SpawnedProcess(identifier: getpid())
        let programs = URL(filePath: try #require(runner.program)).deletingLastPathComponent()
        let script = #"while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" down --data "$3""#
        return try SpawnedProcess.start(
            "/bin/sh",
            arguments: ["-c", script, "sh", "\(runner.identifier)", programs.path + "/carina", local.folder],
            streams: .init(),
            isDetached: true
        )
    }

    /// What the services said, when a test fails.
    private static func showLogs(_ local: LocalDeployment) {
        for service in LocalDeployment.services {
            let log = (try? String(contentsOfFile: local.logFile(service), encoding: .utf8)) ?? ""
            let lines = log.split(separator: "\n").suffix(8).joined(separator: "\n")
            print("--- \(service)\n\(lines)")
        }
    }

    func connect() async throws -> LineClient { try await LineClient(host: "127.0.0.1", port: self.port) }

    var options: GatewayOptions {
        get throws { try GatewayOptions.parse(["--gateway", "127.0.0.1:\(self.port)", "--json"]) }
    }

    func ingest(_ paths: [String], connections: Int = 4) async throws -> UploadReport {
        try await Uploads(options: try self.options, connections: connections)
            .send(try Uploads.files(below: paths))
    }

    /// A few steps of each stage: enough to be another model than the first weights.
    static let shortRecipe = """
        {"outlineSteps": 12, "detailSteps": 12, "densitySteps": 12, "batchSlices": 8}
        """

    func train(recipe: String = Self.shortRecipe) async throws -> String {
        let client = try await self.connect()
        let flow = TrainingFlow(client: client, progress: ProgressBar(isSilent: true))
        let report = try await flow.run(recipe: recipe, seed: 1, keep: false)
        await client.close()
        return report.model
    }

    func search(_ words: [[UInt8]]) async throws -> SearchResult {
        let client = try await self.connect()
        let reply = try await client.send([Array("SEARCH".utf8)] + words)
        await client.close()
        return try SearchResult(reply)
    }

    func search(_ text: String) async throws -> SearchResult {
        try await self.search(text.split(separator: " ").map { Array($0.utf8) })
    }

    /// `kill -9`, and the same service started again on the same data.
    func killAndRestart(_ service: String) async throws {
        let record = try #require(try self.local.record())
        let process = SpawnedProcess(identifier: try #require(record.processes[service]))
        process.send(SIGKILL)
        _ = try await offThread { process.waitForEnd() }
        _ = try await self.local.start(port: self.port, progress: ProgressBar(isSilent: true))
    }

    /// Output of a program that is given `input` on standard input, and its exit code.
    static func shell(_ command: String, input: [UInt8] = []) async throws -> (output: [UInt8], code: Int32) {
        try await offThread {
            let process = Process()
            let (stdin, stdout) = (Pipe(), Pipe())
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", command]
            process.standardInput = stdin
            process.standardOutput = stdout
            try process.run()
            stdin.fileHandleForWriting.write(Data(input))
            try stdin.fileHandleForWriting.close()
            let output = stdout.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (Array(output), process.terminationStatus)
        }
    }
}

/// Runs blocking work outside the cooperative pool.
func offThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
