import Contracts
import ImageCodecs
import LabelerCore
import Lungs
import PhantomArchive
import TestKit
import Testing
import Wire

/// Pairs of a data set by grade and side, drawn, counted; and where labels come from.
@Suite("Requests about pairs")
struct PairRequestTests {
    /// Every pair of a data set that matches, however small the pages are.
    private static func pairs(_ request: FetchPairs, _ bench: LabelerBench) async throws
        -> [LabeledPairRecord]
    {
        var (pairs, request): ([LabeledPairRecord], FetchPairs) = ([], request)
        while true {
            let page = try await bench.client.call(request)
            #expect(page.pairs.count <= Int(request.limit))
            pairs += page.pairs
            guard let next = page.next else { return pairs }
            #expect(next > request.after)
            request.after = next
        }
    }

    @Test("G-16: pages by grade and side hold each such pair exactly once, and counts agree with them")
    func filters() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.slices)
            let id = try #require(Identifier(hex: try await bench.build(seed: 7).result))
            let members = try await bench.client.call(FetchDataSet(dataSetID: id)).members
            let all = try await Self.pairs(FetchPairs(dataSetID: id, after: 0, limit: 20_000), bench)
            let statistics = try await bench.client.call(FetchStatistics(dataSetID: id))
            #expect(statistics.grades.count == 8)
            for row in statistics.grades {
                let wanted = all.filter {
                    $0.grade == row.grade && members[Int($0.first)].isTest == (row.side == .test)
                }
                #expect(row.count == wanted.count)
                let request = FetchPairs(
                    dataSetID: id,
                    after: 0,
                    limit: 17,
                    grade: row.grade,
                    side: row.side
                )
                #expect(try await Self.pairs(request, bench) == wanted)
            }
            for (quantiles, values) in [
                (statistics.outlineQuantiles, all.map(\.outline)),
                (statistics.detailQuantiles, all.map(\.detail)),
                (statistics.similarityQuantiles, all.map(\.similarity)),
            ] {
                #expect(quantiles.count == 21 && quantiles == quantiles.sorted())
                #expect(quantiles.first == values.min() && quantiles.last == values.max())
            }
        }
    }

    @Test("G-17: a draw has pairs of the grade and side that were asked for, the same for the same seed")
    func drawing() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.slices)
            let id = try #require(Identifier(hex: try await bench.build(seed: 7).result))
            let training = FetchPairs(dataSetID: id, after: 0, limit: 20_000, grade: 0, side: .training)
            let wanted = try await Self.pairs(training, bench)
            var request = DrawPairs(dataSetID: id, seed: 5, limit: 12, grade: 0, side: .training)
            let drawn = try await bench.client.call(request).pairs
            #expect(drawn.count == 12)
            #expect(drawn.allSatisfy { wanted.contains($0) })
            #expect(Set(drawn.map { [$0.first, $0.second] }).count == 12)
            #expect(try await bench.client.call(request).pairs == drawn)
            request.seed = 6
            #expect(try await bench.client.call(request).pairs != drawn)
            request.limit = 1_000
            #expect(try await bench.client.call(request).pairs == Array(wanted.prefix(1_000)))
            // Each has the same chance: drawn again and again, early and late pairs come alike.
            request.limit = 1
            var places: [Double] = []
            for seed in 0..<200 {
                request.seed = UInt64(seed)
                let pair = try #require(try await bench.client.call(request).pairs.first)
                places.append(Double(try #require(wanted.firstIndex(of: pair))) / Double(wanted.count))
            }
            let mean = places.reduce(0, +) / 200
            // Four standard deviations of the mean of 200 even draws.
            #expect(abs(mean - 0.5) < 4 * 0.289 / Double(200).squareRoot())
        }
    }

    @Test("what there is not is refused: data sets, grades, sources")
    func refusals() async throws {
        try await LabelerBench.with { bench in
            func code<Reply>(_ call: () async throws -> Reply) async -> RefusalCode? {
                do {
                    _ = try await call()
                    return nil
                } catch { return (error as? Refusal)?.code }
            }
            let unknown = Identifier.random()
            let statistics = await code { try await bench.client.call(FetchStatistics(dataSetID: unknown)) }
            #expect(statistics == .notFound)
            var draw = DrawPairs(dataSetID: unknown, seed: 1, limit: 1, grade: nil, side: .test)
            #expect(await code { try await bench.client.call(draw) } == .notFound)
            draw.side = nil
            #expect(await code { try await bench.client.call(draw) } == .notFound)
            (draw.grade, draw.limit) = (4, 1)
            #expect(await code { try await bench.client.call(draw) } == .badArgument)
            (draw.grade, draw.limit) = (0, 1_001)
            #expect(await code { try await bench.client.call(draw) } == .badArgument)
            let pairs = FetchPairs(dataSetID: unknown, after: 0, limit: 1, grade: 9)
            #expect(await code { try await bench.client.call(pairs) } == .badArgument)
        }
    }

    @Test(
        "the source that a request names is what labels are made of; the transformer is what is taken when it names none"
    )
    func sources() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.slices)
            var built: [String: String] = [:]
            for source in LabelSource.allCases {
                let order = BuildDataSet(seed: 7, memberMaximum: 0, testShare: 0.25, source: source)
                let job = try await bench.ended(try await bench.client.call(order).jobID)
                #expect(job.state == .done, "\(source): \(job.text)")
                built[source.name] = job.result
                let id = try #require(Identifier(hex: job.result))
                let recipe = try await bench.client.call(FetchDataSet(dataSetID: id)).recipe
                #expect(recipe.contains("\"source\":\"\(source.name)\""))
                #expect(recipe.contains("registrationQuality") == (source == .transformer))
                let page = try await bench.client.call(FetchPairs(dataSetID: id, after: 0, limit: 100))
                #expect(page.densities?.count == page.pairs.count)
                #expect(page.densities?.allSatisfy { (0...1).contains($0) } == true)
            }
            #expect(Set(built.values).count == LabelSource.allCases.count)
            let silent = try await bench.build(seed: 7)
            #expect(silent.result == built["transformer"])
        }
    }

    @Test("an explanation's picture shows both slices, both laid over each other, and their difference")
    func picture() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            #expect(try await bench.waitUntilSegmented(10))
            let ids = Phantoms.onePatient.map(\.metadata.sliceID)
            let same = try await bench.client.call(ExplainPair(first: ids[4], second: ids[4]))
            let other = try await bench.client.call(ExplainPair(first: ids[4], second: ids[7]))
            let pictures = (try JPEGCodec.decode(same.jpeg), try JPEGCodec.decode(other.jpeg))
            #expect(pictures.0.width == 836 && pictures.0.width == pictures.1.width)
            #expect(pictures.0.height == pictures.1.height && pictures.0.channels == 3)
            // A slice laid over itself is gray between its outlines, another one is not.
            let (gray, colored) = (
                Self.colorfulShare(pictures.0, x: 12..<412), Self.colorfulShare(pictures.1, x: 12..<412)
            )
            #expect(gray < 0.08 && colored > gray + 0.02)
        }
    }

    /// Share of clearly colored pixels in the lower tiles.
    private static func colorfulShare(_ picture: RasterImage, x columns: Range<Int>) -> Double {
        let rows = (picture.height / 2 + 40)..<(picture.height - 60)
        let count = rows.reduce(0) { count, row in
            count
                + columns.count { column in
                    let start = (row * picture.width + column) * 3
                    let color = picture.pixels[start..<start + 3]
                    return (color.max() ?? 0) - (color.min() ?? 0) > 40
                }
        }
        return Double(count) / Double(rows.count * columns.count)
    }
}
