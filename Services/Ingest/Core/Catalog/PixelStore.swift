import Contracts
import Foundation
import Storage
import Tomography
import Wire

/// A slice's pixels as a file of the content store: the bytes of `SlicePixels`, compressed by nothing.
struct PixelStore: Sendable {
    private let folder: String
    private let files: ContentStore

    init(folder: String) throws {
        self.folder = folder
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

    /// Every file there is.
    func digests() -> [Digest] {
        let walker = FileManager.default.enumerator(atPath: self.folder)
        return (walker ?? .init()).compactMap { entry in
            (entry as? String).flatMap { Digest(hex: $0.split(separator: "/").last ?? "") }
        }
    }
}

extension Digest {
    /// Reads 64 hexadecimal digits; nil for anything else.
    fileprivate init?(hex: Substring) {
        guard hex.utf8.count == 2 * Self.byteCount else { return nil }
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == 2 * Self.byteCount else { return nil }
        self.init(
            bytes: stride(from: 0, to: digits.count, by: 2).map { UInt8(16 * digits[$0] + digits[$0 + 1]) }
        )
    }
}
