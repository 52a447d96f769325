import Contracts
import Foundation
import Neighbors
import Snapshots
import Storage
import TestKit
import Wire

/// Made-up contents of a snapshot: one generation that serves, one that is being built, an empty one.
enum Made {
    static let parts = [
        EmbeddingPartRecord(name: "outline", count: 6, weight: 0.2),
        EmbeddingPartRecord(name: "detail", count: 10, weight: 0.8),
    ]
    static let oddParts = [EmbeddingPartRecord(name: "all", count: 5, weight: 1)]

    static func fingerprint(_ byte: UInt8) -> Fingerprint {
        Fingerprint(bytes: Array(repeating: byte, count: Fingerprint.byteCount))
    }

    static func index(_ parts: [EmbeddingPartRecord], count: Int, seed: UInt64) throws -> NeighborIndex {
        var random = SplitMix64(seed: seed)
        let sizes = parts.map { Int($0.count) }
        var index = NeighborIndex(parts: sizes)
        func id() throws -> NeighborID {
            guard let id = NeighborID(Identifier.random(using: &random).bytes) else {
                throw CancellationError()
            }
            return id
        }
        for number in 0..<count {
            try index.insert(
                NeighborItem(
                    id: try id(),
                    series: try id(),
                    patient: try id(),
                    vector: (0..<sizes.reduce(0, +)).map { _ in Float(random.unit()) },
                    attributes: ["kernel": number % 3 == 0 ? "L" : "B"]
                )
            )
        }
        return index
    }

    static func contents() throws -> SnapshotContents {
        let made = [(fingerprint(1), parts, 300), (fingerprint(2), oddParts, 7), (fingerprint(3), parts, 0)]
        return SnapshotContents(
            logID: Identifier(bytes: Array(1...16)),
            seq: 4_711,
            shard: (2, 5),
            generations: try made.map { fingerprint, parts, count in
                let view = try index(parts, count: count, seed: UInt64(count)).view
                return .init(fingerprint: fingerprint, parts: parts, view: view)
            },
            ready: [fingerprint(3), fingerprint(1)]
        )
    }

    /// Writes the contents as they would be at one time.
    @discardableResult
    static func write(to path: String) throws -> Int {
        try contents().write(to: path, timeMilliseconds: 1_800_000_000_000, release: "9.9")
    }

    /// Writes a good snapshot again with other sections.
    static func rewrite(
        _ path: String,
        _ change: (SnapshotSection, [UInt8]) throws -> [(SnapshotSection, [UInt8])]
    ) throws {
        guard let file = try SnapshotFile.open(path) else { throw CancellationError() }
        let writer = try SnapshotWriter(path: path)
        for entry in file.entries {
            for (section, bytes) in try change(entry.section, file.bytes(entry.section) ?? []) {
                try writer.append(bytes, to: section)
            }
        }
        try writer.commit()
    }
}
