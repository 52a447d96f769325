import Foundation

/// A set of vectors and queries as files that any language reads: little-endian float32 and int32, row after
/// row.
struct VectorFolder {
    /// What lies in the folder: `set.json`.
    struct Contents: Codable, Equatable {
        /// Raised when the generator changes, so that old files are not taken for new ones.
        static let currentVersion = 1

        /// Of the generator that wrote it.
        var version = Self.currentVersion
        /// Seed of the random numbers.
        var seed: UInt64
        /// What the vectors are made of: "real", "phantom" or "uniform".
        var source: String
        /// Sizes of the parts.
        var parts: [Int]
        /// Vectors in `vectors.f32`, whose patients are in `vectors.i32`.
        var count: Int
        /// Vectors in `extra.f32`, whose patients are in `extra.i32`.
        var extraCount: Int
        /// Queries in the file of each name, as in `a1.f32`.
        var queries: [String: Int]
    }

    /// The folder.
    let path: String

    /// What lies in it; nil when it is not complete.
    var contents: Contents? {
        guard let data = FileManager.default.contents(atPath: self.path + "/set.json") else { return nil }
        return try? JSONDecoder().decode(Contents.self, from: data)
    }

    /// Writes `set.json`, last of all files.
    func finish(_ contents: Contents) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(contents).write(to: self.url("set.json"))
    }

    /// Makes the folder anew, empty.
    func clear() throws {
        try? FileManager.default.removeItem(atPath: self.path)
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    /// Writes numbers as they lie in memory, which is little-endian wherever this runs.
    func write<Number: BitwiseCopyable>(_ numbers: [Number], to name: String) throws {
        try Data().write(to: self.url(name))
        let file = try FileHandle(forWritingTo: self.url(name))
        defer { try? file.close() }
        try numbers.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: Self.chunk) {
                try file.write(contentsOf: Data(bytes[start..<min(start + Self.chunk, bytes.count)]))
            }
        }
    }

    /// Reads numbers that were written so.
    func read<Number: BitwiseCopyable & ExpressibleByIntegerLiteral>(_ name: String) throws -> [Number] {
        let file = try FileHandle(forReadingFrom: self.url(name))
        defer { try? file.close() }
        let byteCount = Int(try file.seekToEnd())
        try file.seek(toOffset: 0)
        var numbers = [Number](repeating: 0, count: byteCount / MemoryLayout<Number>.stride)
        try numbers.withUnsafeMutableBytes { bytes in
            var start = 0
            while start < bytes.count, let data = try file.read(upToCount: Self.chunk), !data.isEmpty {
                data.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
                start += data.count
            }
        }
        return numbers
    }

    private static let chunk = 16 << 20

    private func url(_ name: String) -> URL { URL(filePath: self.path + "/" + name) }
}
