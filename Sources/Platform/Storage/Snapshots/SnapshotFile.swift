internal import Dispatch
internal import Synchronization
internal import Wire

/// A snapshot that was opened: all of it is there, and every bit is the one that was written.
///
/// Its memory is the file's, mapped read-only; it stays as long as the snapshot or one of its regions is
/// held.
package struct SnapshotFile: Sendable {
    /// The version that wrote it.
    package let version: UInt16
    /// Its sections in the order in which they stand.
    package let entries: [SnapshotEntry]
    private let file: MappedFile

    /// Size of the file.
    package var byteCount: Int { self.file.byteCount }

    /// Maps a file and checks all of it; nil when there is none.
    ///
    /// It reads the whole file and blocks meanwhile, a fraction of a second for some hundred MB: not for the
    /// threads of tasks.
    ///
    /// - Parameter threads: how many share the computing of checksums.
    package static func open(_ path: String, threads: Int = 2) throws(SnapshotError) -> SnapshotFile? {
        guard let file = try MappedFile.open(path) else { return nil }
        // SAFETY: every range is bounded by the file's length; the header's check says so of the table's.
        let header = try SnapshotHeader(
            unsafe Array(file[0..<min(file.byteCount, SnapshotFormat.headerByteCount)]),
            ofFile: file.byteCount
        )
        let tableBytes = unsafe Array(file[Int(header.tableOffset)..<file.byteCount])
        guard unsafe header.encoded(table: tableBytes).elementsEqual(file[0..<SnapshotFormat.headerByteCount])
        else {
            throw SnapshotError(.badChecksum, at: 28, "header and table")
        }
        let table = try SnapshotTable(tableBytes, of: header)
        let snapshot = SnapshotFile(version: header.version, entries: table.entries, file: file)
        try snapshot.checkPadding(tableOffset: Int(header.tableOffset))
        try snapshot.checkBlocks(threads: threads)
        return snapshot
    }

    /// Where a section is; nil when there is none.
    package func region(_ section: SnapshotSection) -> MappedRegion? {
        self.entry(section).map { MappedRegion(self.file, $0.offset..<$0.end) }
    }

    /// A copy of a section, for small ones; nil when there is none.
    package func bytes(_ section: SnapshotSection) -> [UInt8]? {
        // SAFETY: the table was compared with the file's length; the bytes are copied while the file is held.
        self.entry(section).map { unsafe Array(self.file[$0.offset..<$0.end]) }
    }

    /// The entry of a section; nil when there is none.
    package func entry(_ section: SnapshotSection) -> SnapshotEntry? {
        self.entries.first { $0.section == section }
    }

    // MARK: Checks

    private func checkPadding(tableOffset: Int) throws(SnapshotError) {
        var end = SnapshotFormat.headerByteCount
        for entry in self.entries {
            try self.checkZeros(end..<entry.offset)
            end = entry.end
        }
        try self.checkZeros(end..<tableOffset)
    }

    private func checkZeros(_ range: Range<Int>) throws(SnapshotError) {
        // SAFETY: the range lies before the table, whose place was compared with the file's length.
        guard let first = unsafe self.file[range].firstIndex(where: { $0 != 0 }) else { return }
        throw SnapshotError(
            .badPadding,
            at: UInt64(range.lowerBound + first),
            "not zero, though no section stands there"
        )
    }

    private struct Block {
        let entry: SnapshotEntry
        let number: Int
        var range: Range<Int> {
            let start = self.entry.offset + self.number * SnapshotFormat.blockByteCount
            return start..<min(start + SnapshotFormat.blockByteCount, self.entry.end)
        }
    }

    /// Compares every block with its checksum; of several wrong ones the first in the file is told.
    private func checkBlocks(threads: Int) throws(SnapshotError) {
        let blocks = self.entries.flatMap { entry in
            entry.checksums.indices.map { Block(entry: entry, number: $0) }
        }
        let next = Atomic(0)
        let firstWrong = Mutex<Int?>(nil)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, blocks.count))) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < blocks.count else { return }
                let block = blocks[index]
                var checksum = CRC32C()
                // SAFETY: the table was compared with the file's length, and `self` holds the file.
                unsafe checksum.update(self.file[block.range].bytes)
                guard checksum.value != block.entry.checksums[block.number] else { continue }
                firstWrong.withLock { $0 = min($0 ?? index, index) }
            }
        }
        guard let wrong = firstWrong.withLock({ $0 }) else { return }
        let block = blocks[wrong]
        throw SnapshotError(
            .badChecksum,
            at: UInt64(block.range.lowerBound),
            "block \(block.number + 1) of \(block.entry.checksums.count) of \(block.entry.section)"
        )
    }
}
