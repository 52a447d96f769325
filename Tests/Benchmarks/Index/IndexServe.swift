import ArgumentParser
import Foundation
import Neighbors

/// `carina-benchmarks index-serve`: keeps the index of one set and measures what it is told to, line by
/// line, so that its queries and the peers' can take turns. Each answer is one line of JSON.
///
/// - `search NAME FIRST STEP [rare|patient]`: every so-many-th query of `NAME.f32`, one at a time in one
///   thread; with a filter that keeps one item of a thousand, or only the best hit of each patient.
/// - `snapshot NAME`: from opening a snapshot to the answer to the first query.
/// - `inserts NAME`: searches while `extra.f32` is inserted; the index is another one afterwards.
struct IndexServe: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "index-serve",
        abstract: "Keep an index and measure it, told by lines on the standard input."
    )

    @Argument(help: "The folder of one set.")
    var folder: String

    private static let k = 10

    /// The first line that is printed.
    private struct Ready: Encodable {
        var buildSeconds: Double
        var bytesPerVector: Double
        var partitionCount: Int
    }

    /// Serves until the input ends.
    func run() throws {
        let folder = VectorFolder(path: self.folder)
        guard let contents = folder.contents else { throw ValidationError("no set in \(self.folder)") }
        var ours = try OurIndex(folder, contents: contents)
        try Self.answer(
            Ready(
                buildSeconds: ours.buildSeconds,
                bytesPerVector: Double(ours.index.byteCount) / Double(contents.count),
                partitionCount: ours.index.partitionCount
            )
        )
        var queries: [String: [NeighborQuery]] = [:]
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 1 else { throw ValidationError("not understood: \(line)") }
            let asked = try queries[words[1]] ?? Self.queries(folder, named: words[1], parts: contents.parts)
            queries[words[1]] = asked
            switch words[0] {
            case "search":
                guard words.count > 3, let first = Int(words[2]), let step = Int(words[3]), step > 0 else {
                    throw ValidationError("not understood: \(line)")
                }
                let chosen = stride(from: first, to: asked.count, by: step).map {
                    Self.query(asked[$0], for: words.dropFirst(4).first)
                }
                try Self.answer(try SearchTimes(ours.index.view, queries: chosen))
            case "snapshot":
                let time = try SnapshotTime(
                    of: ours.index,
                    parts: contents.parts,
                    folder: folder,
                    firstQuery: asked[0]
                )
                try Self.answer(time)
            case "inserts":
                let items = try OurIndex.items(
                    folder,
                    named: "extra",
                    parts: contents.parts,
                    firstNumber: contents.count
                )
                let times = try InsertTimes(inserting: items, into: &ours.index, searching: asked)
                try Self.answer(times)
            default:
                throw ValidationError("not understood: \(line)")
            }
        }
    }

    private static func query(_ plain: NeighborQuery, for kind: String?) -> NeighborQuery {
        var query = plain
        if kind == "patient" { query.grouping = .patient }
        if kind == "rare" {
            query.filters = [AttributeFilter(key: "site", comparison: .equal, value: OurIndex.rareSite)]
        }
        return query
    }

    private static func queries(
        _ folder: VectorFolder,
        named name: String,
        parts: [Int]
    ) throws -> [NeighborQuery] {
        let vectors: [Float] = try folder.read(name + ".f32")
        let dimension = parts.reduce(0, +)
        return (0..<vectors.count / dimension).map { row in
            NeighborQuery(
                vector: Array(vectors[row * dimension..<(row + 1) * dimension]),
                weights: parts.map { _ in 1 },
                k: Self.k
            )
        }
    }

    private static func answer(_ value: some Encodable) throws {
        FileHandle.standardOutput.write(try JSONEncoder().encode(value) + Data("\n".utf8))
    }
}
