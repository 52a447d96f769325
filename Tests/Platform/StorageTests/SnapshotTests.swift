import Foundation
import Storage
import Testing
import Wire

/// Small sections for snapshots of these tests.
enum Sample {
    static let small = SnapshotSection(kind: 3, ordinal: 0)
    static let empty = SnapshotSection(kind: 3, ordinal: 1)
    static let other = SnapshotSection(kind: 900, ordinal: 4_000_000_000)
    static let contents: [(section: SnapshotSection, bytes: [UInt8])] = [
        (small, (0..<100).map { UInt8($0 * 7 % 251) }), (empty, []), (other, [1, 0, 2, 0, 3]),
    ]

    /// Writes the small sections.
    @discardableResult
    static func write(to path: String) throws -> Int {
        let writer = try SnapshotWriter(path: path)
        for (section, bytes) in self.contents { try writer.append(bytes, to: section) }
        return try writer.commit()
    }

    /// Bytes of which no two neighbors are equal.
    static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 0x9E37_79B9 >> 7) }
    }
}

@Suite("Snapshots")
struct SnapshotTests {
    // S-01: sections and table at multiples of 4,096, zeros between, numbers little-endian.
    @Test("stands in the file as the document says")
    func layout() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.snapshot"
        let count = try Sample.write(to: path)
        let file = try #require(try DurableFile.read(path))
        #expect(file.count == count)
        func number(_ offset: Int, _ size: Int) -> UInt64 {
            file[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        #expect(Array(file[..<4]) == Array("CRNS".utf8))
        #expect((number(4, 2), number(6, 2)) == (1, 1))
        #expect(number(8, 8) == UInt64(file.count))
        let table = Int(number(16, 8))
        #expect(table == 3 * 4_096 && number(24, 4) == 3)
        #expect(number(28, 4) == UInt64(CRC32C.checksum(of: Array(file[..<28] + file[table...]))))
        let entries = (0..<3).map { index in
            [(0, 4), (4, 4), (8, 8), (16, 8)].map { number(table + 24 * index + $0.0, $0.1) }
        }
        #expect(entries == [[3, 0, 4_096, 100], [3, 1, 8_192, 0], [900, 4_000_000_000, 8_192, 5]])
        #expect(Array(file[4_096..<4_196]) == Sample.contents[0].bytes)
        #expect(Array(file[8_192..<8_197]) == Sample.contents[2].bytes)
        #expect((file[32..<4_096] + file[4_196..<8_192] + file[8_197..<table]).allSatisfy { $0 == 0 })
        let checksums = [0, 2].map { UInt64(CRC32C.checksum(of: Sample.contents[$0].bytes)) }
        #expect([number(table + 72, 4), number(table + 76, 4)] == checksums)
        #expect(file.count == table + 80)
    }

    @Test(
        "what was written in pieces of any size is read as it was",
        arguments: [1, 4_097, 1 << 20, 3_000_017]
    )
    func pieces(pieceSize: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.snapshot"
        let bytes = Sample.bytes(pieceSize == 1 ? 70_000 : 3 << 20 | 5)
        let writer = try SnapshotWriter(path: path)
        try writer.append([9], to: Sample.other)
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            try writer.append(Array(bytes[start..<min(start + pieceSize, bytes.count)]), to: Sample.small)
        }
        try writer.commit()
        for threads in [1, 2, 5] {
            let file = try #require(try SnapshotFile.open(path, threads: threads))
            #expect(file.entries.map(\.section) == [Sample.other, Sample.small])
            #expect(file.bytes(Sample.small) == bytes)
            #expect(file.bytes(Sample.empty) == nil && file.region(Sample.empty) == nil)
        }
    }

    @Test("a region stays after the snapshot was dropped, replaced and removed; its memory is aligned")
    func regions() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.snapshot"
        try Sample.write(to: path)
        var file = try SnapshotFile.open(path)
        let region = try #require(file?.region(Sample.small))
        file = nil
        try SnapshotWriter(path: path).commit()
        #expect(try SnapshotFile.open(path)?.entries == [])
        try DurableFile.remove(path)
        #expect(try SnapshotFile.open(path) == nil)
        #expect(UInt(bitPattern: region.base).isMultiple(of: 4_096))
        #expect(
            Array(UnsafeRawBufferPointer(start: region.base, count: region.byteCount))
                == Sample.contents[0].bytes
        )
    }

    // S-10: a writer that ends before its rename leaves the old file; what it left goes at the next start.
    @Test("what was not committed changes nothing")
    func uncommitted() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.snapshot"
        try Sample.write(to: path)
        let old = try DurableFile.read(path)
        var writer: SnapshotWriter? = try SnapshotWriter(path: path)
        try writer?.append(Sample.bytes(2 << 20), to: Sample.small)
        let beside = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0 != "a.snapshot"
        }
        #expect(beside.count == 1)
        #expect(try DurableFile.read(path) == old)
        // As if the process had been killed: the file stays.
        let copy = try #require(try DurableFile.read("\(folder.path)/\(beside[0])"))
        writer = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.snapshot"])
        for name in [beside[0], "b.snapshot.1.2.new", "a.snapshot.refused"] {
            try DurableFile.write(copy, to: "\(folder.path)/\(name)")
        }
        #expect(throws: SnapshotError.self) { try SnapshotFile.open("\(folder.path)/\(beside[0])") }
        try SnapshotWriter.removeUnfinished(of: path)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["a.snapshot", "a.snapshot.refused", "b.snapshot.1.2.new"])
        #expect(try DurableFile.read(path) == old)
    }

    @Test("only its owner reads it, and a folder that is not there is an error")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.snapshot"
        try Sample.write(to: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let error = #expect(throws: StorageError.self) { try SnapshotWriter(path: folder.path + "/no/a") }
        #expect(error?.kind == .file)
        let folderError = #expect(throws: SnapshotError.self) { try SnapshotFile.open(folder.path) }
        #expect(folderError?.kind == .file)
    }
}
