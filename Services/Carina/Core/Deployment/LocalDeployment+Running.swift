import Foundation
import Glibc
import LineProtocol
import Processes

extension LocalDeployment {
    /// Starts what does not run yet and waits until the gateway answers.
    ///
    /// - Parameters:
    ///   - port: the gateway's port; 0: from the system.
    ///   - importRoot: whose folders ingest may be told to import; nil: none.
    /// - Throws: `CommandLineFailure` with the last lines of a service's log when it ends at once.
    func start(port: Int, importRoot: String? = nil, progress: ProgressBar) async throws -> Record {
        let manager = FileManager.default
        for folder in [self.folder, "\(self.folder)/logs", self.linkFolder] {
            try manager.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        var record = try self.record() ?? Record(processes: [:], port: port)
        let running = Set(self.running(record))
        if !running.contains("gateway") {
            record.port = port
            try? manager.removeItem(atPath: "\(self.folder)/gateway/port")
        }
        for service in Self.services where !running.contains(service) {
            record.processes[service] = try self.spawn(service, port: record.port, importRoot: importRoot)
                .identifier
            try self.write(record)
        }
        if record.port == 0 { record.port = try await self.portFromSystem(record) }
        try self.write(record)
        try await self.waitUntilAnswering(record, progress: progress)
        return record
    }

    private func spawn(_ service: String, port: Int, importRoot: String?) throws -> SpawnedProcess {
        let program = URL(filePath: CommandLine.arguments[0]).lastPathComponent
        let own = SpawnedProcess(identifier: getpid()).program ?? program
        let path = URL(filePath: own).deletingLastPathComponent().appending(path: service).path
        let log = unsafe open(self.logFile(service), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw CommandLineFailure("cannot write \(self.logFile(service))") }
        defer { close(log) }
        return try SpawnedProcess.start(
            path,
            arguments: self.arguments(for: service, port: port, importRoot: importRoot),
            environment: ["OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"],
            streams: .init(output: log, error: log),
            isDetached: true
        )
    }

    /// The gateway writes the port that the system gave it into its data folder.
    private func portFromSystem(_ record: Record) async throws -> Int {
        let file = URL(filePath: "\(self.folder)/gateway/port")
        for _ in 0..<300 {
            let text = try? String(contentsOf: file, encoding: .utf8)
            if let port = text.flatMap({ Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }) {
                return port
            }
            try self.checkAlive(record)
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandLineFailure("the gateway has not told its port; see \(self.logFile("gateway"))")
    }

    private func waitUntilAnswering(_ record: Record, progress: ProgressBar) async throws {
        for attempt in 0..<300 {
            try self.checkAlive(record)
            if let client = try? await LineClient(host: "127.0.0.1", port: record.port) {
                let rows = (try? await client.send("STATUS"))?.elements ?? []
                await client.close()
                let answering = rows.filter { $0["reason"]?.text != "does not answer" }.count
                progress.show("starting", share: Double(answering) / 5, "\(answering) of 5 services answer")
                if answering == rows.count && answering >= 5 {
                    progress.finish("started", "six services, gateway at 127.0.0.1:\(record.port)")
                    return
                }
            }
            try await Task.sleep(for: .milliseconds(attempt < 20 ? 100 : 200))
        }
        throw CommandLineFailure("the services do not all answer; see \(self.folder)/logs")
    }

    /// A service that has ended says why at the end of its log.
    private func checkAlive(_ record: Record) throws {
        for service in Self.services {
            guard let identifier = record.processes[service] else { continue }
            let process = SpawnedProcess(identifier: identifier)
            // A child of ours that has ended is a zombie until it is asked.
            guard process.endingIfEnded() != nil || !process.isRunning else { continue }
            let log = (try? String(contentsOfFile: self.logFile(service), encoding: .utf8)) ?? ""
            let last = log.split(separator: "\n").suffix(5).joined(separator: "\n")
            throw CommandLineFailure("\(service) has ended:\n\(last)")
        }
    }

    /// Stops the services, the gateway first; whoever does not end within 12 seconds is killed.
    ///
    /// - Returns: the names of those that ran.
    func stop() async throws -> [String] {
        guard let record = try self.record() else { return [] }
        let names = self.running(record)
        for name in names.reversed() {
            guard let identifier = record.processes[name] else { continue }
            SpawnedProcess(identifier: identifier).send(SIGTERM)
        }
        let deadline = ContinuousClock.now + .seconds(12)
        while true {
            let left = names.filter { name in
                guard let identifier = record.processes[name] else { return false }
                let process = SpawnedProcess(identifier: identifier)
                return process.endingIfEnded() == nil && process.isRunning
            }
            if left.isEmpty { break }
            if ContinuousClock.now > deadline {
                for name in left {
                    record.processes[name].map { SpawnedProcess(identifier: $0).send(SIGKILL) }
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        try? FileManager.default.removeItem(at: self.recordFile)
        return names
    }
}
