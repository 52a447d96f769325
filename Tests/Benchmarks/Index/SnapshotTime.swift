import Neighbors
import Storage

/// How long it takes to write a snapshot of an index, and to answer from it.
struct SnapshotTime: Encodable {
    /// Until the file is synced to the disk.
    let writeSeconds: Double
    /// Of the file, for each vector.
    let bytesPerVector: Double
    /// From opening the file, all of whose checksums are compared, to an index.
    let openMilliseconds: Double
    /// From opening the file to the first answer. The file was just written: the disk is not asked again.
    let milliseconds: Double
    /// Whether the answer is that of the index which was written.
    let isSameAnswer: Bool

    /// Why a snapshot that was just written cannot be measured.
    private struct Missing: Error {}

    /// Writes `index` below the folder, opens it and asks it one query.
    init(of index: NeighborIndex, parts: [Int], folder: VectorFolder, firstQuery: NeighborQuery) throws {
        let clock = ContinuousClock()
        let path = folder.path + "/snapshot"
        var byteCount = 0
        let writing = try clock.measure {
            let writer = try SnapshotWriter(path: path)
            try index.view.writeSnapshot { section, piece in
                try writer.append(piece.bytes, to: Self.section(section))
            }
            byteCount = try writer.commit()
        }
        let start = clock.now
        guard let file = try SnapshotFile.open(path) else { throw Missing() }
        let opened = try NeighborIndex(parts: parts) { section in
            file.region(Self.section(section)).map {
                NeighborMemory(base: $0.base, byteCount: $0.byteCount, owner: $0.owner)
            }
        }
        let open = clock.now
        let answer = try opened.view.search(firstQuery)
        let end = clock.now
        self.writeSeconds = writing / .seconds(1)
        self.bytesPerVector = Double(byteCount) / Double(index.count)
        self.openMilliseconds = (open - start) / .milliseconds(1)
        self.milliseconds = (end - start) / .milliseconds(1)
        self.isSameAnswer = answer.neighbors == (try index.view.search(firstQuery)).neighbors
    }

    private static func section(_ section: NeighborSection) -> SnapshotSection {
        SnapshotSection(kind: section.rawValue, ordinal: 0)
    }
}
