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
    }

    /// Stores bytes and returns their name; storing them again changes nothing.
    package func put(_ bytes: [UInt8]) throws -> Digest {
        let digest = Digest(of: bytes)
        let path = path(of: digest)
        guard !FileManager.default.fileExists(atPath: path) else { return digest }
        let temporary = "\(temporaryFolder)/\(UUID().uuidString)"
        try DurableFile.writeNew(bytes, to: temporary)
        let parent = DurableFile.folder(of: path)
        do {
            try DurableFile.createFolder(parent)
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
        guard let bytes = try DurableFile.read(path(of: digest)) else { return nil }
        guard Digest(of: bytes) == digest else {
            throw StorageError(.corrupt, "content \(digest.hex) does not match its digest")
        }
        return bytes
    }

    /// Removes what was stored under a name; an absent one is no error.
    package func remove(_ digest: Digest) throws {
        try DurableFile.remove(path(of: digest))
    }

    /// Whether something is stored under a name.
    package func contains(_ digest: Digest) -> Bool {
        FileManager.default.fileExists(atPath: path(of: digest))
    }

    /// Two levels of 256 folders keep each folder small with millions of slices.
    private func path(of digest: Digest) -> String {
        let hex = digest.hex
        return "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
    }
}
