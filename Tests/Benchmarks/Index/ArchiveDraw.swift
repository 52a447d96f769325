import LinearAlgebra

/// A made-up archive, and vectors that are not in it.
struct ArchiveDraw {
    /// Vectors row after row, and the made-up series of each.
    struct Rows {
        /// (N x D).
        var vectors: [Float]
        /// (N).
        var series: [Int32]

        init(count: Int, dimension: Int) {
            self.vectors = [Float](repeating: 0, count: count * dimension)
            self.series = [Int32](repeating: 0, count: count)
        }
    }

    /// How many vectors of each kind.
    struct Counts: Codable, Equatable {
        /// In the archive.
        var archive: Int
        /// Of the archive's series, but not in it: to ask for.
        var known: Int
        /// Of the archive's series, but not in it: to insert later.
        var extra: Int
        /// Of series of which the archive holds nothing.
        var foreign: Int
    }

    /// The archive.
    var archive: Rows
    /// Queries of its own patients.
    var known: Rows
    /// What may be inserted later.
    var extra: Rows
    /// Queries of other patients.
    var foreign: Rows

    private static let batch = 32

    /// Draws everything, shuffled.
    ///
    /// - Parameters:
    ///   - kept: how many numbers of each part are kept.
    init(maker: SeriesMaker, counts: Counts, kept: [Int], seed: UInt64) {
        var maker = maker
        var random = SeededGenerator(seed: seed, stream: 1)
        let dimension = kept.reduce(0, +)
        self.archive = Rows(count: counts.archive, dimension: dimension)
        self.known = Rows(count: counts.known, dimension: dimension)
        self.extra = Rows(count: counts.extra, dimension: dimension)
        self.foreign = Rows(count: counts.foreign, dimension: dimension)
        let wanted = counts.archive + counts.known + counts.extra
        let seriesCount = (wanted + SeriesMaker.levelCount - 1) / SeriesMaker.levelCount
        var places = Array(0..<Int32(seriesCount * SeriesMaker.levelCount))
        random.shuffle(&places)
        for first in stride(from: 0, to: seriesCount, by: Self.batch) {
            let rows = maker.make(min(Self.batch, seriesCount - first))
            for row in 0..<rows.rows {
                let number = first * SeriesMaker.levelCount + row
                let series = number / SeriesMaker.levelCount
                let place = Int(places[number])
                if place < counts.archive {
                    Self.put(row, of: rows, kept: kept, series: series, at: place, in: &self.archive)
                } else if place < counts.archive + counts.known {
                    let place = place - counts.archive
                    Self.put(row, of: rows, kept: kept, series: series, at: place, in: &self.known)
                } else if place < wanted {
                    let place = place - counts.archive - counts.known
                    Self.put(row, of: rows, kept: kept, series: series, at: place, in: &self.extra)
                }
            }
        }
        for number in 0..<counts.foreign {
            let rows = maker.make(1)
            let row = random.below(rows.rows)
            let series = seriesCount + number
            Self.put(row, of: rows, kept: kept, series: series, at: number, in: &self.foreign)
        }
    }

    /// Cuts the parts of whole vectors (N x D) and brings each back to unit length.
    static func cut(_ vectors: [[Float]], kept: [Int]) -> [Float] {
        let rows = Matrix(stacking: vectors)
        var output = Rows(count: rows.rows, dimension: kept.reduce(0, +))
        for row in 0..<rows.rows { Self.put(row, of: rows, kept: kept, series: 0, at: row, in: &output) }
        return output.vectors
    }

    private static func put(
        _ row: Int,
        of rows: Matrix,
        kept: [Int],
        series: Int,
        at place: Int,
        in output: inout Rows
    ) {
        var source = row * rows.columns
        var target = place * kept.reduce(0, +)
        for (part, count) in zip(SeedEmbeddings.parts, kept) {
            var square: Float = 0
            for index in 0..<count { square += rows.values[source + index] * rows.values[source + index] }
            let factor = square > 1e-16 ? 1 / square.squareRoot() : 0
            for index in 0..<count {
                output.vectors[target + index] = rows.values[source + index] * factor
            }
            source += part
            target += count
        }
        output.series[place] = Int32(series)
    }
}
