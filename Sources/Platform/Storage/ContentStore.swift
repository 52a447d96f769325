internal import FoundationEssentials

/// Files named by the SHA-256 of their content: what is stored once never changes, and equal content is stored once.
///
/// A `put` which returned survives a power failure; one which threw left nothing that `get` would find.
package struct ContentStore: Sendable {
    private let folder: String
    private var temporaryFolder: String { "\(folder)/temporary" }

    /// Opens or creates the store and clears what unfinished writes left.
    ///
    /// - Throws: `StorageError` of kind `file`.
    package init(folder: String) throws {
        self.folder = folder
        try DurableFile.createFolder(temporaryFolder)
        for name in try FileManager.default.contentsOfDirectory(atPath: temporaryFolder) {
            try DurableFile.remove("\(temporaryFolder)/\(name)")
        }
        try DurableFile.createFolders((0..<256).map { "\(folder)/\(Digest.hexadecimal(UInt8($0)))" })
    }

    /// Stores bytes and returns their name; storing them again changes nothing.
    package func put(_ bytes: [UInt8]) throws -> Digest {
        let digest = Digest(of: bytes)
        guard existingPath(of: digest) == nil else { return digest }
        let path = path(of: digest)
        let temporary = "\(temporaryFolder)/\(UInt64.random(in: 0 ... .max))"
        try DurableFile.writeNew(bytes, to: temporary)
        do {
            try DurableFile.move(temporary, to: path)
        } catch {
            try? DurableFile.remove(temporary)
            throw error
        }
        return digest
    }

    /// Reads what was stored under a name; nil when it is absent.
    ///
    /// - Throws: `StorageError` of kind `corrupt` when the disk returns other bytes than were stored.
    package func get(_ digest: Digest) throws -> [UInt8]? {
        guard let path = existingPath(of: digest), let bytes = try DurableFile.read(path) else { return nil }
        guard Digest(of: bytes) == digest else {
            throw StorageError(.corrupt, "content \(digest.hex) does not match its digest")
        }
        return bytes
    }

    /// Removes what was stored under a name; an absent one is no error.
    package func remove(_ digest: Digest) throws {
        for path in [path(of: digest), olderPath(of: digest)] { try DurableFile.remove(path) }
    }

    /// Whether something is stored under a name.
    package func contains(_ digest: Digest) -> Bool {
        existingPath(of: digest) != nil
    }

    /// Where a file lies; nil where there is none.
    private func existingPath(of digest: Digest) -> String? {
        [path(of: digest), olderPath(of: digest)].first { DurableFile.exists($0) }
    }

    /// One of 256 folders: with a million slices each has 4,000 files.
    private func path(of digest: Digest) -> String {
        let hex = digest.hex
        return "\(folder)/\(hex.prefix(2))/\(hex)"
    }

    /// Where a store of an earlier release put it: a second level of folders cost two more syncs a file.
    private func olderPath(of digest: Digest) -> String {
        let hex = digest.hex
        return "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
    }
}
