import Contracts
import Foundation
import ServiceKit
import Storage
import Wire

/// Takes in a whole folder of this machine, recursively, as a job with progress.
struct FolderImport: Sendable {
    static let jobKind = "import"

    /// Folders below this one may be imported; empty: none.
    let root: String
    let store: @Sendable ([UInt8]) async throws -> IngestService.Commit
    let database: StateDatabase

    /// - Throws: `notAllowed` for a folder outside the root, `notFound` for none.
    func folder(for path: String) throws -> String {
        guard !self.root.isEmpty else {
            throw Refusal(.notAllowed, "no folder may be imported here: the setting import-root is empty")
        }
        let root = URL(filePath: self.root).resolvingSymlinksInPath().path
        let folder = URL(filePath: path, relativeTo: URL(filePath: root + "/")).resolvingSymlinksInPath().path
        guard folder == root || folder.hasPrefix(root + "/") else {
            throw Refusal(.notAllowed, "the folder is not below import-root")
        }
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw Refusal(.notFound, "there is no such folder")
        }
        return folder
    }

    /// Stores every file below a folder; a file that is refused is in the quarantine, the rest goes on.
    func run(_ run: JobRun) async throws -> @Sendable (Transaction) throws -> String {
        let folder = String(decoding: run.input, as: UTF8.self)
        let files = try await offPool { Self.files(below: folder) }
        let counts = try await withThrowingTaskGroup(of: StoreOutcome.self) { group in
            var counts: [StoreOutcome: Int] = [:]
            func take(_ outcome: StoreOutcome) throws {
                if run.isCancelled { throw CancellationError() }
                counts[outcome, default: 0] += 1
                let done = counts.values.reduce(0, +)
                run.report(Double(done) / Double(files.count), "\(done) of \(files.count) files")
            }
            for (index, file) in files.enumerated() {
                if index >= Self.concurrency, let outcome = try await group.next() { try take(outcome) }
                group.addTask { try await self.outcome(of: file) }
            }
            while let outcome = try await group.next() { try take(outcome) }
            return counts
        }
        let text =
            "\(counts[.stored] ?? 0) stored, \(counts[.duplicate] ?? 0) known, \(counts[.refused] ?? 0) refused"
        return { _ in text }
    }

    /// Files that are on their way at the same time, a few megabytes each: while most wait for the disk, which syncs those
    /// that wait together, others compute.
    private static let concurrency = 32

    /// Stores one file; where the same pixels are being removed at that moment, it does so again.
    private func outcome(of file: String) async throws -> StoreOutcome {
        // A file that cannot be opened is as damaged as one that cannot be decoded.
        let bytes = try await offPool { (try? DurableFile.read(file)) ?? nil } ?? []
        while true {
            let commit = try await self.store(bytes)
            do {
                return try await self.database.write { try commit($0).outcome }
            } catch let refusal as Refusal where refusal.isRetriable {
                try await Task.sleep(for: Limits.retryPause)
            }
        }
    }

    /// Plain files below a folder, in the order of their paths.
    private static func files(below folder: String) -> [String] {
        let keys: Set<URLResourceKey> = [.isRegularFileKey]
        let walker = FileManager.default.enumerator(
            at: URL(filePath: folder),
            includingPropertiesForKeys: Array(keys),
            options: [.skipsHiddenFiles]
        )
        var files: [String] = []
        for case let file as URL in walker ?? .init() {
            if (try? file.resourceValues(forKeys: keys))?.isRegularFile == true { files.append(file.path) }
        }
        return files.sorted()
    }
}
