import ArgumentParser
import Foundation
import LineProtocol
import Phantom

/// `carina demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Runs the whole pipeline once: start, ingest, search, then label, train, and search with the new model, stop.",
        discussion: "Takes --ct, else ../shared/data/ct where that is, else phantom patients that it makes."
    )

    @Option(help: "Folder of CT slices.")
    var ct: String?

    @Option(help: "Folder for data, logs, and the contact sheets. It is emptied first.")
    var data = "carina-demo"

    @Flag(help: "Leave the services running at the end.")
    var keepRunning = false

    static let realData = "../shared/data/ct"

    func run() async throws {
        let start = ContinuousClock.now
        let deployment = LocalDeployment(folder: self.data)
        _ = try await deployment.stop()
        try self.empty(deployment.folder)
        let source = try await self.source(in: deployment.folder)
        do {
            try await self.show(deployment, source: source)
        } catch {
            _ = try? await deployment.stop()
            throw error
        }
        if self.keepRunning {
            Printing.line("still running: carina status --data \(self.data), carina down --data \(self.data)")
        } else {
            let stopped = try await deployment.stop()
            Printing.line("stopped \(stopped.count) services cleanly")
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        Printing.line("the whole pipeline took \(Int(seconds)) s")
    }

    /// Starts from nothing, but never removes a folder that a demo has not made.
    private func empty(_ folder: String) throws {
        let marker = "\(folder)/made-by-carina-demo"
        let manager = FileManager.default
        if manager.fileExists(atPath: folder) {
            guard manager.fileExists(atPath: marker) else {
                throw CommandLineFailure(
                    "\(folder) is there and was not made by a demo: choose another --data"
                )
            }
            try manager.removeItem(atPath: folder)
        }
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: marker))
    }

    private func source(in folder: String) async throws -> String {
        if let ct = self.ct { return ct }
        if FileManager.default.fileExists(atPath: Self.realData) { return Self.realData }
        let phantoms = "\(folder)/phantom-ct"
        try await PhantomWriting.write(patients: 8, slices: 30, to: phantoms, progress: ProgressBar())
        return phantoms
    }

    private func show(_ deployment: LocalDeployment, source: String) async throws {
        let progress = ProgressBar()
        let record = try await deployment.start(port: 0, progress: progress)
        var options = GatewayOptions()
        options.gateway = "127.0.0.1:\(record.port)"
        options.tokenFile = nil
        options.authority = nil
        options.data = self.data
        options.json = false
        Printing.line("ingesting \(source)")
        let report = try await Uploads(options: options, connections: 4).send(
            try Uploads.files(below: [source])
        )
        Printing.line(report.text)
        guard report.slices.count >= 3 else {
            throw CommandLineFailure(
                "a demo needs at least 3 usable slices, there are \(report.slices.count)"
            )
        }
        let client = try await options.connect()
        let flow = TrainingFlow(client: client, progress: progress)
        let shipped = try await flow.waitUntilSearchable(report.slices.count)
        Printing.line("searching with the model that came with the program, \(shipped.prefix(12))")
        let queries = Self.queries(report)
        try await self.search(queries, "before", client: client, folder: deployment.folder)
        let trained = try await flow.run(seed: 1, keep: false).model
        Printing.line("\nsearching with the model trained on these very slices, \(trained.prefix(12))")
        try await self.search(queries, "after", client: client, folder: deployment.folder)
        await client.close()
    }

    private func search(
        _ files: [String],
        _ occasion: String,
        client: LineClient,
        folder: String
    ) async throws {
        for (number, file) in files.enumerated() {
            try await self.search(
                file,
                name: "query-\(number + 1)-\(occasion)",
                client: client,
                folder: folder
            )
        }
    }

    /// Three files spread over all that are stored.
    private static func queries(_ report: UploadReport) -> [String] {
        let files = report.slices.keys.sorted()
        return [1, 3, 5].map { files[files.count * $0 / 6] }
    }

    private func search(_ file: String, name: String, client: LineClient, folder: String) async throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: file)))
        let words = [Array("SEARCH".utf8), Array("IMAGE".utf8), bytes, Array("K".utf8), Array("7".utf8)]
        let clock = ContinuousClock()
        let asked = clock.now
        let result = try SearchResult(try await client.send(words))
        let milliseconds = asked.duration(to: clock.now) / .milliseconds(1)
        let scan = try SearchResult(try await client.send(words + [Array("SCAN".utf8)]))
        let sheet = "\(folder)/\(name).jpg"
        let jpeg = try await SearchSheet.make(
            result,
            queryImage: try QueryPicture.render(bytes),
            title: "Carina   \(name) and the most similar slices of other patients",
            client: client
        )
        try Data(jpeg).write(to: URL(filePath: sheet))
        Printing.line("\n\(name): \(file)\n\(result.table)")
        let proof = result.hits == scan.hits ? "the same as" : "NOT THE SAME AS"
        Printing.line(
            "answered in \(String(format: "%.1f", milliseconds)) ms with \(result.distances) distances; "
                + "\(proof) a scan of all \(scan.distances)\ncontact sheet: \(sheet)"
        )
    }
}
