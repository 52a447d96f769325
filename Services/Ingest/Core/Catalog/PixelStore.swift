import Contracts
import Storage
import Tomography
import Wire

/// A slice's pixels as a file of the content store: the bytes of `SlicePixels`, compressed by nothing.
struct PixelStore: Sendable {
    private let files: ContentStore

    init(folder: String) throws {
        self.files = try ContentStore(folder: folder)
    }

    /// Writes the pixels; they are on disk, synced and renamed, when this returns.
    func put(_ slice: CTSlice) throws -> Digest { try self.files.put(SlicePixels(slice).encodedBytes) }

    /// - Throws: `StorageError` when the file is missing or not what its name says.
    func get(_ digest: Digest) throws -> CTSlice {
        guard let bytes = try self.files.get(digest) else {
            throw StorageError(.corrupt, "a slice's pixel file is missing")
        }
        return try SlicePixels(encodedBytes: bytes).ctSlice
    }

    func remove(_ digest: Digest) throws { try self.files.remove(digest) }

    func contains(_ digest: Digest) -> Bool { self.files.contains(digest) }
}
