import Foundation
import Glibc
import Processes

/// All six services on this machine, with their data under one folder: ipc links between them, the gateway on loopback.
struct LocalDeployment: Sendable {
    static let defaultPort = 7450
    static let defaultFolder = "carina-data"
    static let services = ["ingest", "labeler", "trainer", "embedder", "index", "gateway"]

    let folder: String

    init(folder: String) { self.folder = URL(filePath: folder).standardizedFileURL.path }

    /// What `up` leaves for `down` and for every other command.
    struct Record: Codable {
        var processes: [String: Int32]
        var port: Int
    }

    var recordFile: URL { URL(filePath: "\(self.folder)/carina.json") }

    func record() throws -> Record? {
        guard let data = try? Data(contentsOf: self.recordFile) else { return nil }
        return try JSONDecoder().decode(Record.self, from: data)
    }

    func write(_ record: Record) throws {
        try JSONEncoder().encode(record).write(to: self.recordFile, options: .atomic)
    }

    /// The gateway's port, where the deployment runs.
    var runningPort: Int? {
        guard let record = try? self.record(), self.running(record).contains("gateway") else { return nil }
        return record.port
    }

    /// The services of a record that run (a number may have gone to another program since).
    func running(_ record: Record) -> [String] {
        Self.services.filter { name in
            guard let identifier = record.processes[name] else { return false }
            let program = SpawnedProcess(identifier: identifier).program
            return program.map { URL(filePath: $0).lastPathComponent.hasPrefix(name) } ?? false
        }
    }

    func logFile(_ service: String) -> String { "\(self.folder)/logs/\(service).log" }

    /// Where the services meet. The path of a socket is at most 107 bytes long: a deep folder gets links elsewhere.
    var linkFolder: String {
        let inside = "\(self.folder)/links"
        if inside.utf8.count <= 80 { return inside }
        let hash = inside.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        return "/tmp/carina-\(String(hash, radix: 16))"
    }

    /// How a service is started here.
    ///
    /// - Parameter importRoot: whose folders ingest may be told to import; nil: none.
    func arguments(for service: String, port: Int, importRoot: String? = nil) -> [String] {
        var arguments = ["--data", "\(self.folder)/\(service)", "--health-port", "0"]
        if service == "ingest", let importRoot { arguments += ["--import-root", importRoot] }
        if service == "gateway" {
            arguments += ["--port", "\(port)", "--index-nodes", self.link("index")]
        } else {
            arguments += ["--listen", self.link(service), "--publish", self.link("\(service)-events")]
        }
        for peer in Self.peers[service] ?? [] {
            arguments += ["--\(peer)-address", self.link(peer)]
            arguments += ["--\(peer)-events-address", self.link("\(peer)-events")]
        }
        return arguments
    }

    private func link(_ name: String) -> String { "ipc://\(self.linkFolder)/\(name)" }

    private static let peers = [
        "labeler": ["ingest"],
        "trainer": ["ingest", "labeler"],
        "embedder": ["ingest", "trainer"],
        "index": ["embedder"],
        "gateway": ["ingest", "labeler", "trainer", "embedder"],
    ]
}
