internal import Wire

extension SnapshotHeader {
    /// Reads the header of a file of so many bytes; the checks come in the order of S-02 to S-06.
    init(_ bytes: [UInt8], ofFile fileByteCount: Int) throws(SnapshotError) {
        guard bytes.count >= SnapshotFormat.headerByteCount else {
            throw SnapshotError(.truncated, at: UInt64(fileByteCount), "the file ends inside of its header")
        }
        guard bytes.starts(with: SnapshotFormat.magic) else {
            throw SnapshotError(.badMagic, at: 0, "the file is not a snapshot")
        }
        var reader = FrameReader(Array(bytes.dropFirst(SnapshotFormat.magic.count)), startingAt: 4)
        do {
            self.version = try reader.integer("version")
            self.leastVersion = try reader.integer("leastVersion")
            self.byteCount = try reader.integer("byteCount")
            self.tableOffset = try reader.integer("tableOffset")
            self.sectionCount = try reader.integer("sectionCount")
        } catch {
            throw SnapshotError(.truncated, at: UInt64(error.offset), error.field)
        }
        guard self.leastVersion <= SnapshotFormat.version else {
            throw SnapshotError(
                .newerVersion,
                at: 6,
                "it takes a reader of version \(self.leastVersion), this one is of \(SnapshotFormat.version)"
            )
        }
        guard self.leastVersion >= 1 && self.leastVersion <= self.version else {
            throw SnapshotError(.badTable, at: 6, "a reader of version \(self.leastVersion) cannot be enough")
        }
        guard self.byteCount <= UInt64(fileByteCount) else {
            throw SnapshotError(
                .truncated,
                at: UInt64(fileByteCount),
                "\(fileByteCount) of \(self.byteCount) bytes are there"
            )
        }
        guard self.byteCount == UInt64(fileByteCount) else {
            throw SnapshotError(.badLength, at: self.byteCount, "\(fileByteCount) bytes are there")
        }
        let alignment = UInt64(SnapshotFormat.alignment)
        guard self.tableOffset >= alignment, self.tableOffset <= self.byteCount,
            self.tableOffset.isMultiple(of: alignment)
        else {
            throw SnapshotError(.badTable, at: 16, "the table cannot stand at \(self.tableOffset)")
        }
    }
}

extension SnapshotTable {
    /// Reads the table, whose bytes are known to be those that were written.
    init(_ bytes: [UInt8], of header: SnapshotHeader) throws(SnapshotError) {
        var reader = FrameReader(bytes, startingAt: Int(header.tableOffset))
        do throws(WireError) {
            for _ in 0..<header.sectionCount { self.entries.append(try SnapshotEntry(from: &reader)) }
        } catch {
            throw Self.cut(error)
        }
        try self.checkPlaces(tableOffset: header.tableOffset)
        do throws(WireError) {
            for number in self.entries.indices {
                for _ in 0..<SnapshotFormat.blockCount(of: self.entries[number].byteCount) {
                    self.entries[number].checksums.append(try reader.integer("checksum"))
                }
            }
        } catch {
            throw Self.cut(error)
        }
        guard reader.remaining == 0 else {
            throw SnapshotError(.badTable, at: UInt64(reader.offset), "the table is longer than its sections")
        }
    }

    /// Sections stand in the order of the table, each at the first multiple of the alignment after the one
    /// before, and fill the file up to the table: so none overlaps another or reaches beyond the end.
    private func checkPlaces(tableOffset: UInt64) throws(SnapshotError) {
        var seen: Set<SnapshotSection> = []
        var end = SnapshotFormat.headerByteCount
        for (number, entry) in self.entries.enumerated() {
            let place = tableOffset + UInt64(number * SnapshotFormat.entryByteCount)
            guard seen.insert(entry.section).inserted else {
                throw SnapshotError(.badTable, at: place, "\(entry.section) is there twice")
            }
            guard entry.offset == SnapshotFormat.aligned(end), UInt64(entry.end) <= tableOffset else {
                throw SnapshotError(.badTable, at: place + 8, "\(entry.section) cannot stand there")
            }
            end = entry.end
        }
        guard UInt64(SnapshotFormat.aligned(end)) == tableOffset else {
            throw SnapshotError(.badTable, at: 16, "the table does not follow the last section")
        }
    }

    private static func cut(_ error: WireError) -> SnapshotError {
        SnapshotError(.badTable, at: UInt64(error.offset), "the table ends inside of a field: \(error.field)")
    }
}

extension SnapshotEntry {
    /// Reads an entry; numbers that no file can have are cut down, so that sums of them do not overflow.
    fileprivate init(from reader: inout FrameReader) throws(WireError) {
        let kind: UInt32 = try reader.integer("kind")
        self.section = SnapshotSection(kind: kind, ordinal: try reader.integer("ordinal"))
        self.offset = Int(min(try reader.integer("offset", as: UInt64.self), 1 << 60))
        self.byteCount = Int(min(try reader.integer("byteCount", as: UInt64.self), 1 << 60))
        self.checksums = []
    }
}
