internal import FoundationEssentials
internal import Glibc
internal import Wire

/// Writes a snapshot beside its place and, when all of it is on the disk, renames it over the old one.
///
/// Sections are streams: bytes in pieces of any size. A writer that was not committed leaves nothing behind,
/// one whose process was killed a file that `removeUnfinished` takes away. One thread at a time uses a writer.
package final class SnapshotWriter {
    /// Bytes that may wait in memory for the disk.
    private static let syncedByteCount = 32 << 20
    private let path: String
    private let temporary: String
    private let descriptor: CInt
    private var table = SnapshotTable()
    /// Bytes of the current block that were not written yet.
    private var block: [UInt8] = []
    /// Where the next byte goes, those of `block` included.
    private var offset = 0
    private var syncedOffset = 0
    private var isCommitted = false

    /// Begins a snapshot that shall stand at a path.
    ///
    /// - Throws: `StorageError` of kind `file`.
    package init(path: String) throws(StorageError) {
        self.path = path
        self.temporary = DurableFile.temporaryPath(beside: path)
        self.descriptor = unsafe open(self.temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else { throw systemError("open") }
        self.block.reserveCapacity(SnapshotFormat.blockByteCount)
        // The place of the header, which is written last.
        try self.pad(from: 0, to: SnapshotFormat.alignment)
    }

    deinit {
        _ = close(self.descriptor)
        if !self.isCommitted { _ = unsafe unlink(self.temporary) }
    }

    /// Adds bytes to a section, which begins with the first of them (no bytes make an empty one).
    ///
    /// Each byte is looked at once: others may write to memory of which the reader of the snapshot makes no use.
    ///
    /// - Precondition: the section is new, or the one of the call before.
    package func append(_ bytes: RawSpan, to section: SnapshotSection) throws(StorageError) {
        if self.table.entries.last?.section != section { try self.begin(section) }
        var rest = bytes
        while rest.byteCount > 0 {
            let count = min(rest.byteCount, SnapshotFormat.blockByteCount - self.block.count)
            // SAFETY: the bytes are copied within the closure.
            unsafe rest.extracting(first: count).withUnsafeBytes { unsafe self.block.append(contentsOf: $0) }
            if self.block.count == SnapshotFormat.blockByteCount { try self.flush() }
            rest = rest.extracting(droppingFirst: count)
        }
    }

    /// Adds bytes to a section.
    package func append(_ bytes: [UInt8], to section: SnapshotSection) throws(StorageError) {
        try unsafe self.append(bytes.span.bytes, to: section)
    }

    /// Writes table and header, syncs the file, renames it over the old one and syncs the folder.
    ///
    /// - Returns: the size of the file.
    /// - Throws: `StorageError` of kind `file`; the old file is then still there.
    @discardableResult
    package func commit() throws(StorageError) -> Int {
        precondition(!self.isCommitted, "a snapshot is committed once")
        try self.endSection()
        let tableOffset = self.offset
        let tableBytes = self.table.encoded
        try DurableFile.writeAll(tableBytes, to: self.descriptor)
        let header = SnapshotHeader(
            byteCount: UInt64(tableOffset + tableBytes.count),
            tableOffset: UInt64(tableOffset),
            sectionCount: UInt32(self.table.entries.count)
        )
        guard lseek(self.descriptor, 0, SEEK_SET) == 0 else { throw systemError("lseek") }
        try DurableFile.writeAll(header.encoded(table: tableBytes), to: self.descriptor)
        guard fsync(self.descriptor) == 0 else { throw systemError("fsync") }
        try DurableFile.move(self.temporary, to: self.path)
        self.isCommitted = true
        return tableOffset + tableBytes.count
    }

    /// Takes away what writers of a path left whose process was killed. Nobody may be writing meanwhile.
    package static func removeUnfinished(of path: String) throws {
        let folder = DurableFile.folder(of: path)
        let name = String(path.split(separator: "/").last ?? "")
        for found in try FileManager.default.contentsOfDirectory(atPath: folder)
        where found.hasPrefix("\(name).") && found.hasSuffix(".new") {
            try DurableFile.remove("\(folder)/\(found)")
        }
    }

    // MARK: Parts

    private func begin(_ section: SnapshotSection) throws(StorageError) {
        precondition(!self.table.entries.contains { $0.section == section }, "a section is written at once")
        try self.endSection()
        self.table.entries.append(
            SnapshotEntry(section: section, offset: self.offset, byteCount: 0, checksums: [])
        )
    }

    /// Writes what is left of the last block, and zeros up to where the next section or the table begins.
    private func endSection() throws(StorageError) {
        if !self.block.isEmpty { try self.flush() }
        try self.pad(from: self.offset, to: SnapshotFormat.aligned(self.offset))
    }

    /// Writes what was gathered: one block of the current section.
    private func flush() throws(StorageError) {
        let last = self.table.entries.count - 1
        self.table.entries[last].byteCount += self.block.count
        self.table.entries[last].checksums.append(CRC32C.checksum(of: self.block))
        try DurableFile.writeAll(self.block, to: self.descriptor)
        self.offset += self.block.count
        self.block.removeAll(keepingCapacity: true)
        // A snapshot that reached the disk all at once, at its end, would hold up everyone else.
        if self.offset - self.syncedOffset >= Self.syncedByteCount {
            guard fdatasync(self.descriptor) == 0 else { throw systemError("fdatasync") }
            self.syncedOffset = self.offset
        }
    }

    private func pad(from start: Int, to end: Int) throws(StorageError) {
        let zeros = [UInt8](repeating: 0, count: end - start)
        try DurableFile.writeAll(zeros, to: self.descriptor)
        self.offset = end
    }
}
