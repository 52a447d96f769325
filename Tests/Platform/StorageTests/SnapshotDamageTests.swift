import Foundation
import Storage
import Testing
import Wire

@Suite("Damaged snapshots")
struct SnapshotDamageTests {
    private let folder: TemporaryFolder
    private let path: String
    private let good: [UInt8]

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.path + "/a.snapshot"
        try Sample.write(to: self.path)
        self.good = try #require(try DurableFile.read(self.path))
    }

    /// Why some bytes are refused; nil when they are taken.
    private func refusal(_ bytes: [UInt8]) throws -> SnapshotError? {
        try Data(bytes).write(to: URL(filePath: self.path))
        do {
            _ = try SnapshotFile.open(self.path)
            return nil
        } catch {
            return error
        }
    }

    /// The sample with other numbers in header or table, and a checksum that fits them.
    private func resealed(_ changes: [(offset: Int, size: Int, value: UInt64)]) -> [UInt8] {
        var bytes = self.good
        for change in changes {
            for index in 0..<change.size {
                bytes[change.offset + index] = UInt8(truncatingIfNeeded: change.value >> UInt64(8 * index))
            }
        }
        let table = self.good.count - 80
        let checksum = CRC32C.checksum(of: Array(bytes[..<28] + bytes[table...]))
        for index in 0..<4 { bytes[28 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
        return bytes
    }

    // S-02, S-04, S-09: cut anywhere.
    @Test("a file that was cut at any length is refused as truncated, at its end")
    func cutAnywhere() throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: self.path))
        for length in (0..<self.good.count).reversed() {
            try handle.truncate(atOffset: UInt64(length))
            do {
                _ = try SnapshotFile.open(self.path)
                Issue.record("\(length) bytes are taken")
            } catch {
                guard error.kind == .truncated && error.offset == UInt64(length) else {
                    Issue.record("\(length) bytes: \(error)")
                    continue
                }
            }
        }
        try handle.close()
    }

    // S-05, S-07, S-08, S-09: every bit counts, of header, table, sections and zeros.
    @Test("a file with any one bit flipped is refused, and the reason says where")
    func anyBit() throws {
        let handle = try FileHandle(forUpdating: URL(filePath: self.path))
        func put(_ byte: UInt8, at offset: Int) throws {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [byte])
        }
        var kinds: [SnapshotError.Kind: Int] = [:]
        for offset in self.good.indices {
            for bit in 0..<8 {
                try put(self.good[offset] ^ 1 << bit, at: offset)
                do {
                    _ = try SnapshotFile.open(self.path)
                    Issue.record("bit \(bit) of byte \(offset) does not count")
                } catch {
                    kinds[error.kind, default: 0] += 1
                    let isPadding = (32..<4_096).contains(offset) || (4_196..<8_192).contains(offset)
                    if isPadding && (error.kind, error.offset) != (.badPadding, UInt64(offset)) {
                        Issue.record("bit \(bit) of byte \(offset): \(error)")
                    }
                }
            }
            try put(self.good[offset], at: offset)
        }
        try handle.close()
        #expect(try SnapshotFile.open(self.path) != nil)
        #expect(kinds[.badMagic] == 32)
        #expect(
            Set(kinds.keys).isSuperset(of: [.badChecksum, .badPadding, .newerVersion, .truncated, .badTable])
        )
    }

    // S-02, S-03, S-04: strangers, versions, lengths.
    @Test("strangers, other versions and other lengths are told apart")
    func headers() throws {
        #expect(try self.refusal(Array("CRN1".utf8) + self.good.dropFirst(4))?.kind == .badMagic)
        #expect(try self.refusal([])?.kind == .truncated)
        #expect(
            try self.refusal(self.good + [0])
                == SnapshotError(.badLength, at: UInt64(self.good.count), "12369 bytes are there")
        )
        // A newer writer that says we may read it: we do.
        #expect(try self.refusal(self.resealed([(4, 2, 7)])) == nil)
        #expect(try SnapshotFile.open(self.path)?.version == 7)
        let newer = try self.refusal(self.resealed([(4, 2, 7), (6, 2, 2)]))
        #expect((newer?.kind, newer?.offset) == (.newerVersion, 6))
        for (version, least) in [(UInt64(1), UInt64(0)), (0, 1)] {
            let error = try self.refusal(self.resealed([(4, 2, version), (6, 2, least)]))
            #expect((error?.kind, error?.offset) == (.badTable, 6))
        }
    }

    // S-05, S-06: tables that are whole but lie.
    @Test("a table whose numbers cannot be is refused, with the place of the entry")
    func tables() throws {
        let table = self.good.count - 80
        let lies: [(change: (Int, Int, UInt64), offset: Int)] = [
            ((16, 8, 0), 16), ((16, 8, 4_095), 16), ((16, 8, 1 << 40), 16), ((16, 8, .max), 16),
            ((24, 4, 2), 16), ((24, 4, 4), table + 72 + 8), ((24, 4, 400), table + 72 + 8),
            ((table + 4, 4, 1), table + 24), ((table + 8, 8, 8_192), table + 8),
            ((table + 8, 8, .max), table + 8), ((table + 16, 8, .max), table + 8),
            ((table + 16, 8, 4_097), table + 24 + 8), ((table + 48 + 16, 8, 5_000), table + 48 + 8),
            ((table + 24 + 16, 8, 1), table + 48 + 8),
        ]
        for lie in lies {
            let error = try self.refusal(self.resealed([lie.change]))
            #expect((error?.kind, error?.offset) == (.badTable, UInt64(lie.offset)), "\(lie)")
        }
    }

    // S-08: of several damaged blocks the first is told.
    @Test("in a large section the damaged block is named", arguments: [1, 2, 3])
    func blocks(threads: Int) throws {
        let writer = try SnapshotWriter(path: self.path)
        try writer.append(Sample.bytes(5 << 19), to: Sample.small)
        try writer.commit()
        let handle = try FileHandle(forUpdating: URL(filePath: self.path))
        for offset in [4_096 + 5 << 19 - 1, 4_096 + 1 << 20] {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [Sample.bytes(5 << 19)[offset - 4_096] ^ 0x10])
        }
        try handle.close()
        let error = #expect(throws: SnapshotError.self) { try SnapshotFile.open(self.path, threads: threads) }
        let expected = SnapshotError(.badChecksum, at: 4_096 + 1 << 20, "block 2 of 3 of section 3/0")
        #expect(error == expected)
        #expect(expected.description == "badChecksum at byte 1052672: block 2 of 3 of section 3/0")
    }
}
