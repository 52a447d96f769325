import ArgumentParser
import Foundation

/// `carina up`
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Starts all six services on this machine, in the background."
    )

    @Option(help: "Folder for all data, logs and sockets.")
    var data = LocalDeployment.defaultFolder

    @Option(help: "The gateway's port on loopback; 0: from the system.")
    var port = LocalDeployment.defaultPort

    @Option(help: "Folder of this machine below which `carina import` may take in folders. Default: none.")
    var importRoot: String?

    func validate() throws {
        guard (0...65535).contains(self.port) else { throw ValidationError("--port is from 0 to 65535") }
    }

    func run() async throws {
        let deployment = LocalDeployment(folder: self.data)
        let record = try await deployment.start(
            port: self.port,
            importRoot: self.importRoot.map { URL(filePath: $0).standardizedFileURL.path },
            progress: ProgressBar()
        )
        Printing.line(
            "gateway 127.0.0.1:\(record.port)   data \(deployment.folder)   stop with: carina down --data \(self.data)"
        )
    }
}

/// `carina down`
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stops what `carina up` started; the data stay."
    )

    @Option(help: "Folder of `carina up`.")
    var data = LocalDeployment.defaultFolder

    func run() async throws {
        let stopped = try await LocalDeployment(folder: self.data).stop()
        Printing.line(
            stopped.isEmpty ? "nothing runs in \(self.data)" : "stopped \(stopped.joined(separator: ", "))"
        )
    }
}
