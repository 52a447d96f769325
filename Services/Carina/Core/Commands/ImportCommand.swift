import ArgumentParser
import Foundation
import LineProtocol

/// `carina import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Lets ingest take in a folder of its own machine: faster than sending each file.",
        discussion: """
            Ingest must have been told where: carina up --import-root FOLDER, or its setting import-root. What is refused is \
            in the quarantine.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "Folder on ingest's machine, with all that is below it.")
    var folder: String

    struct Report: Encodable {
        let job: String
        let result: String
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let path = URL(filePath: self.folder).standardizedFileURL.path
        guard let job = try await client.send("IMPORT", path).text else {
            throw CommandLineFailure("the gateway answered without a job")
        }
        let watch = JobWatch(client: client, progress: ProgressBar(isSilent: self.gateway.json))
        let result = try await watch.wait(for: job, of: "ingest", title: "importing") { $0 }
        await client.close()
        if self.gateway.json { return try Printing.json(Report(job: job, result: result)) }
        Printing.line(result)
    }
}
