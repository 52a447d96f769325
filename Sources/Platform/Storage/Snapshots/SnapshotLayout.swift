internal import Wire

/// Names one section of a snapshot.
package struct SnapshotSection: Hashable, Sendable, CustomStringConvertible {
    /// What it holds: an open set, numbered in `Protocols/Snapshots.md`.
    package let kind: UInt32
    /// Which of several of one kind, from 0.
    package let ordinal: UInt32

    /// Names a section.
    package init(kind: UInt32, ordinal: UInt32) {
        self.kind = kind
        self.ordinal = ordinal
    }

    /// `section 4/0`.
    package var description: String { "section \(self.kind)/\(self.ordinal)" }
}

/// Where a section stands in its file.
package struct SnapshotEntry: Equatable, Sendable {
    /// Which section.
    package let section: SnapshotSection
    /// First byte, a multiple of the alignment.
    package let offset: Int
    /// How many bytes.
    package internal(set) var byteCount: Int
    /// One for each block.
    var checksums: [UInt32]

    /// The byte after the last.
    var end: Int { self.offset + self.byteCount }
}

/// The numbers of the format; `Protocols/Snapshots.md` says why.
package enum SnapshotFormat {
    /// The version that this release writes.
    package static let version: UInt16 = 1
    /// The oldest release that understands what this one writes.
    static let leastVersion: UInt16 = 1
    static let magic = Array("CRNS".utf8)
    static let headerByteCount = 32
    /// Bytes of the header before its checksum.
    static let checkedHeaderByteCount = 28
    static let entryByteCount = 24
    /// A page: a section can be mapped alone, and its numbers are aligned for every vector unit.
    static let alignment = 4_096
    /// Bytes under one checksum: damage is found to within so much, and threads share the work.
    static let blockByteCount = 1 << 20

    /// The first multiple of the alignment that is not below an offset.
    static func aligned(_ offset: Int) -> Int {
        (offset + self.alignment - 1) / self.alignment * self.alignment
    }

    /// How many blocks hold so many bytes.
    static func blockCount(of byteCount: Int) -> Int {
        byteCount / self.blockByteCount + (byteCount.isMultiple(of: self.blockByteCount) ? 0 : 1)
    }
}

/// The first 32 bytes of a snapshot.
struct SnapshotHeader: Equatable {
    var version = SnapshotFormat.version
    var leastVersion = SnapshotFormat.leastVersion
    var byteCount: UInt64
    var tableOffset: UInt64
    var sectionCount: UInt32

    /// The header's bytes; the checksum covers them and the table.
    func encoded(table: [UInt8]) -> [UInt8] {
        var writer = FrameWriter()
        writer.raw(SnapshotFormat.magic)
        writer.integer(self.version)
        writer.integer(self.leastVersion)
        writer.integer(self.byteCount)
        writer.integer(self.tableOffset)
        writer.integer(self.sectionCount)
        writer.integer(CRC32C.checksum(of: writer.bytes + table))
        return writer.bytes
    }
}

/// The table at the end of a snapshot.
struct SnapshotTable: Equatable {
    var entries: [SnapshotEntry] = []

    /// Entries, then all checksums in their order.
    var encoded: [UInt8] {
        var writer = FrameWriter()
        for entry in self.entries {
            writer.integer(entry.section.kind)
            writer.integer(entry.section.ordinal)
            writer.integer(UInt64(entry.offset))
            writer.integer(UInt64(entry.byteCount))
        }
        for checksum in self.entries.flatMap(\.checksums) { writer.integer(checksum) }
        return writer.bytes
    }
}
