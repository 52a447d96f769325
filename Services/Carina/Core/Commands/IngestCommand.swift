import ArgumentParser
import Foundation
import LineProtocol
import Processes

/// `carina ingest`
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Sends files, and folders with all that is below them: DICOM, JPEG, PNG.",
        discussion: "Sending the same file again changes nothing. What is refused is listed with its reason."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "Files or folders.")
    var paths: [String]

    @Option(help: "Files on their way at the same time.")
    var connections = 4

    func validate() throws {
        guard (1...64).contains(self.connections) else {
            throw ValidationError("--connections is from 1 to 64")
        }
    }

    func run() async throws {
        keepFreedMemory()
        let files = try Uploads.files(below: self.paths)
        guard !files.isEmpty else { throw CommandLineFailure("there is no file below these paths") }
        let report = try await Uploads(options: self.gateway, connections: self.connections).send(files)
        if self.gateway.json { return try Printing.json(report) }
        Printing.line(report.text)
    }
}

/// What became of the files that were sent.
struct UploadReport: Encodable, Sendable {
    struct Refusal: Encodable, Sendable {
        let file: String
        let reason: String
        let detail: String
    }

    var stored = 0
    var duplicates = 0
    var refused: [Refusal] = []
    /// Slice id of each file that is stored now, in the order of the files.
    var slices: [String: String] = [:]

    /// A summary and the reasons, each with its files' count.
    var text: String {
        var lines = ["\(self.stored) stored, \(self.duplicates) known already, \(self.refused.count) refused"]
        for (reason, refusals) in Dictionary(grouping: self.refused, by: \.reason).sorted(by: {
            $0.key < $1.key
        }) {
            lines.append("  \(reason): \(refusals.count)   e.g. \(refusals[0].detail)")
        }
        return lines.joined(separator: "\n")
    }
}

/// Sends files over several connections at once.
struct Uploads: Sendable {
    let options: GatewayOptions
    let connections: Int

    /// Plain files, in the order of their paths; what is hidden is left out.
    ///
    /// - Throws: `CommandLineFailure` for a path that is not there.
    static func files(below paths: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandLineFailure("there is no file or folder '\(path)'")
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            let walker = FileManager.default.enumerator(
                at: URL(filePath: path),
                includingPropertiesForKeys: [.isRegularFileKey],
                options: [.skipsHiddenFiles]
            )
            for case let file as URL in walker ?? .init() {
                let isFile = try? file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
                if isFile == true { files.append(file.path) }
            }
        }
        return files.sorted()
    }

    func send(_ files: [String]) async throws -> UploadReport {
        let progress = ProgressBar(isSilent: self.options.json)
        return try await withThrowingTaskGroup(of: [(String, Reply)].self) { group in
            let done = Tally(total: files.count, progress: progress)
            for lane in 0..<min(self.connections, max(1, files.count)) {
                group.addTask {
                    var link = UploadLink(options: self.options)
                    var replies: [(String, Reply)] = []
                    var own = stride(from: lane, to: files.count, by: self.connections).map { files[$0] }[...]
                    while let batch = await UploadBatch(&own) {
                        replies += zip(batch.files, try await link.store(batch))
                        await done.step(batch.files.count)
                    }
                    await link.close()
                    return replies
                }
            }
            var report = UploadReport()
            for try await replies in group { for (file, reply) in replies { report.add(file, reply) } }
            report.refused.sort { $0.file < $1.file }
            await done.finish(report.stored + report.duplicates)
            return report
        }
    }
}

extension UploadReport {
    fileprivate mutating func add(_ file: String, _ reply: Reply) {
        switch reply["outcome"]?.text {
        case "stored": self.stored += 1
        case "duplicate": self.duplicates += 1
        default:
            let reason = reply["reason"]?.text ?? "?"
            self.refused.append(.init(file: file, reason: reason, detail: reply["detail"]?.text ?? ""))
        }
        if let slice = reply["slice"]?.text { self.slices[file] = slice }
    }
}

/// Counts files that have been answered, over all lanes.
private actor Tally {
    private let total: Int
    private let progress: ProgressBar
    private var count = 0

    init(total: Int, progress: ProgressBar) {
        self.total = total
        self.progress = progress
    }

    func step(_ count: Int) {
        self.count += count
        self.progress.show(
            "ingesting",
            share: Double(self.count) / Double(self.total),
            "\(self.count) of \(self.total) files"
        )
    }

    func finish(_ usable: Int) {
        self.progress.finish("ingested", "\(self.count) files, \(usable) usable slices")
    }
}
