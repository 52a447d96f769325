import ArgumentParser
import Foundation
import LinearAlgebra
import TestKit

/// `carina-benchmarks index-data`: writes the vectors of `make bench-index`.
struct IndexData: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "index-data",
        abstract: "Write vectors and queries for the benchmark of the neighbor index."
    )

    @Argument(help: "The sets: a and its smaller ones a-10000, a-100000 …; b (uniform); c (64 numbers).")
    var sets: [String]

    @Option(help: "Where to; each set gets a folder of its own.")
    var folder: String

    @Option(help: "Vectors of a and b; c has ten times as many.")
    var count = 1_000_000

    @Option(help: "Seed of all random numbers.")
    var seed: UInt64 = 1

    /// Writes what is not there yet.
    func run() throws {
        var seeds: SeedEmbeddings?
        for set in self.sets {
            let clock = ContinuousClock.now
            let target = VectorFolder(path: self.folder + "/" + set)
            if let found = target.contents, self.isUsable(found, as: set) {
                print("\(set): as it was, of \(found.source) seeds")
                continue
            }
            try target.clear()
            if set == "b" {
                try self.writeUniform(to: target)
            } else {
                let known = try seeds ?? self.embeddedSeeds()
                seeds = known
                try self.writeArchive(set, of: known, to: target)
            }
            print("\(set): \(self.count(of: set)) vectors written in \(Self.seconds(since: clock)) s")
        }
    }

    private func isUsable(_ contents: VectorFolder.Contents, as set: String) -> Bool {
        contents.version == VectorFolder.Contents.currentVersion && contents.seed == self.seed
            && contents.count == self.count(of: set)
            && (set == "b" || (contents.source == "real") == SharedData.isPresent)
    }

    private func count(of set: String) -> Int {
        if set == "c" { return 10 * self.count }
        return set.split(separator: "-").dropFirst().first.flatMap { Int($0) } ?? self.count
    }

    private func embeddedSeeds() throws -> SeedEmbeddings {
        let clock = ContinuousClock.now
        let seeds = try SeedEmbeddings(try SeedCrops.load())
        print(
            "seeds: \(seeds.all.count) \(seeds.source) embeddings, \(seeds.series.count) series and"
                + " \(seeds.pictures.count) pictures, in \(Self.seconds(since: clock)) s"
        )
        return seeds
    }

    private func writeArchive(_ set: String, of seeds: SeedEmbeddings, to target: VectorFolder) throws {
        let count = self.count(of: set)
        let isMain = set == "a"
        let kept = set == "c" ? [16, 48] : SeedEmbeddings.parts
        let draw = ArchiveDraw(
            // Streams apart, so that no set shares a vector with another.
            maker: SeriesMaker(seeds: seeds, seed: self.seed, stream: UInt64(count * 2 + kept[0])),
            counts: ArchiveDraw.Counts(
                archive: count,
                known: isMain ? 1_000 : 200,
                extra: isMain ? count / 10 : 0,
                foreign: isMain ? 500 : 200
            ),
            kept: kept,
            seed: self.seed
        )
        let outside = isMain ? seeds.all : stride(from: 0, to: seeds.all.count, by: 5).map { seeds.all[$0] }
        let name = String(set.prefix(1))
        try target.write(draw.archive.vectors, to: "vectors.f32")
        try target.write(draw.archive.series, to: "vectors.i32")
        try target.write(draw.extra.vectors, to: "extra.f32")
        try target.write(draw.extra.series, to: "extra.i32")
        try target.write(draw.known.vectors, to: name + "1.f32")
        try target.write(ArchiveDraw.cut(outside, kept: kept), to: name + "2.f32")
        try target.write(draw.foreign.vectors, to: name + "3.f32")
        let queries = [
            name + "1": draw.known.series.count, name + "2": outside.count,
            name + "3": draw.foreign.series.count,
        ]
        try target.finish(
            VectorFolder.Contents(
                seed: self.seed,
                source: seeds.source,
                parts: Array(kept),
                count: count,
                extraCount: draw.extra.series.count,
                queries: queries
            )
        )
    }

    /// Numbers of [0, 1) without any structure: nothing an index could use.
    private func writeUniform(to target: VectorFolder) throws {
        let (dimension, queryCount) = (128, 200)
        var random = SeededGenerator(seed: self.seed, stream: 2)
        func draw(_ rows: Int) -> [Float] { (0..<rows * dimension).map { _ in Float(random.unit()) } }
        try target.write(draw(self.count), to: "vectors.f32")
        try target.write((0..<self.count).map { Int32($0 / SeriesMaker.levelCount) }, to: "vectors.i32")
        try target.write(draw(queryCount), to: "b.f32")
        try target.finish(
            VectorFolder.Contents(
                seed: self.seed,
                source: "uniform",
                parts: [dimension],
                count: self.count,
                extraCount: 0,
                queries: ["b": queryCount]
            )
        )
    }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        Duel.text((ContinuousClock.now - start) / .seconds(1))
    }
}
