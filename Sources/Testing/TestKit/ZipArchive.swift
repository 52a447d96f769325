/// A zip archive in memory, as numpy writes it: stored or deflated members, each checked by its CRC-32.
struct ZipArchive: Sendable {
    private struct Member: Sendable {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        let packedCount: Int
        let count: Int
        let headerOffset: Int
    }

    private let file: [UInt8]
    private let members: [Member]

    var names: [String] { members.map(\.name) }

    init(_ file: [UInt8]) throws {
        let endCount = 22
        guard
            let end = stride(from: file.count - endCount, through: max(0, file.count - 65_557), by: -1)
                .first(where: { $0 >= 0 && file.integer(at: $0, byteCount: 4) == 0x0605_4B50 })
        else { throw GoldenArrayError("neither an npy nor an npz file") }
        var offset = Int(file.integer(at: end + 16, byteCount: 4))
        let memberCount = Int(file.integer(at: end + 10, byteCount: 2))
        var members: [Member] = []
        for _ in 0..<memberCount {
            guard offset + 46 <= file.count, file.integer(at: offset, byteCount: 4) == 0x0201_4B50 else {
                throw GoldenArrayError("directory of the archive is damaged")
            }
            let nameCount = Int(file.integer(at: offset + 28, byteCount: 2))
            let extraCount = Int(file.integer(at: offset + 30, byteCount: 2))
            let commentCount = Int(file.integer(at: offset + 32, byteCount: 2))
            guard offset + 46 + nameCount <= file.count else { throw GoldenArrayError("directory cut off") }
            members.append(
                Member(
                    name: String(decoding: file[offset + 46..<offset + 46 + nameCount], as: UTF8.self),
                    isDeflated: file.integer(at: offset + 10, byteCount: 2) == 8,
                    checksum: UInt32(file.integer(at: offset + 16, byteCount: 4)),
                    packedCount: Int(file.integer(at: offset + 20, byteCount: 4)),
                    count: Int(file.integer(at: offset + 24, byteCount: 4)),
                    headerOffset: Int(file.integer(at: offset + 42, byteCount: 4))
                )
            )
            offset += 46 + nameCount + extraCount + commentCount
        }
        self.file = file
        self.members = members
    }

    /// The bytes of one member.
    func unpack(_ name: String) throws -> [UInt8] {
        guard let member = members.first(where: { $0.name == name }) else {
            throw GoldenArrayError("no array \(name) in the archive")
        }
        let header = member.headerOffset
        guard header + 30 <= file.count else { throw GoldenArrayError("\(name) lies outside the archive") }
        // The local header's name and extra field may be longer than the directory's.
        let start =
            header + 30 + Int(file.integer(at: header + 26, byteCount: 2))
            + Int(file.integer(at: header + 28, byteCount: 2))
        guard start + member.packedCount <= file.count else { throw GoldenArrayError("\(name) is cut off") }
        let packed = file[start..<start + member.packedCount]
        let bytes = member.isDeflated ? try inflate(packed, count: member.count) : Array(packed)
        guard bytes.count == member.count, crc32(bytes) == member.checksum else {
            throw GoldenArrayError("\(name) is damaged")
        }
        return bytes
    }
}

/// CRC-32 of zip (polynomial 0xEDB88320).
func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes { crc = crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
    return ~crc
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 0 ? crc >> 1 : 0xEDB8_8320 ^ (crc >> 1) }
}
