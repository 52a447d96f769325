import Evaluation
import LinearAlgebra
import TestKit
import Testing

@Suite("Level retrieval")
struct LevelRetrievalTests {
    @Test("a ranking by hand: relevant first and third of four")
    func byHand() {
        let figures = LevelRetrieval(
            similarities: [0.9, 0.8, 0.7, 0.6],
            queryLevels: [0.5],
            galleryLevels: [0.52, 0.9, 0.46, 0.1]
        )
        #expect(abs(figures.firstErrors[0] - 0.02) < 1e-12)
        #expect(abs(figures.tenErrors[0] - 0.215) < 1e-12)
        #expect(abs((figures.averagePrecisions[0] ?? 0) - (1 + 2.0 / 3) / 2) < 1e-12)
    }

    @Test("a query without a relevant slice counts in the errors, not in mAP")
    func nothingRelevant() {
        let figures = LevelRetrieval(
            similarities: [1, 0, 0, 1],
            queryLevels: [0, 1],
            galleryLevels: [0.5, 1]
        )
        #expect(figures.averagePrecisions == [nil, 1])
        #expect(figures.meanAveragePrecision == 1 && figures.meanFirstError == 0.25)
    }

    @Test(
        "agrees with the prototype on a made-up ranking",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
    )
    func golden() throws {
        let golden = try SharedData.golden("sequences_retrieval.npz")
        let figures = LevelRetrieval(
            similarities: try golden.floats("retrieval.cosines"),
            queryLevels: try golden.doubles("retrieval.query_level"),
            galleryLevels: try golden.doubles("retrieval.gallery_level")
        )
        let pairs = [
            (figures.firstErrors, "retrieval.error_first"), (figures.tenErrors, "retrieval.error_ten"),
            (figures.averagePrecisions.map { $0 ?? .nan }, "retrieval.average_precision"),
        ]
        for (ours, name) in pairs {
            for (value, expected) in zip(ours, try golden.doubles(name)) {
                #expect(abs(value - expected) < 1e-12 || (value.isNaN && expected.isNaN))
            }
        }
    }
}

@Suite("Block bootstrap")
struct BlockBootstrapTests {
    private func interval(_ patients: [[Double?]], seed: UInt64 = 1) throws -> Interval {
        var generator = SeededGenerator(seed: seed)
        return try #require(blockBootstrap(patients, generator: &generator))
    }

    @Test("the mean is that of the patients' means, whatever their number of slices")
    func mean() throws {
        let found = try interval([[Double?](repeating: 1, count: 30), [Double?](repeating: 3, count: 3)])
        #expect(found.mean == 2 && found.lower == 2 && found.upper == 2)
    }

    @Test("holds the true mean in about 95 of 100 samples of blocks that hang together")
    func coverage() throws {
        var generator = SeededGenerator(seed: 5)
        var covered = 0
        for sample in 0..<200 {
            // Runs of eight equal values around 1: neighbors say nothing new.
            let values = (0..<40).flatMap { _ -> [Double?] in
                let value = 1 + Double(generator.normal())
                return [Double?](repeating: value, count: 8)
            }
            let found = try interval([values], seed: UInt64(sample))
            if found.lower <= 1 && found.upper >= 1 { covered += 1 }
        }
        #expect((176...200).contains(covered))
    }

    @Test("queries without a value are left out, and no value at all gives no interval")
    func missing() throws {
        #expect(try interval([[nil, 2, nil, 2], [nil, nil]]).mean == 2)
        var generator = SeededGenerator(seed: 1)
        #expect(blockBootstrap([[nil, nil], []], generator: &generator) == nil)
    }

    @Test("says whether a difference is above zero")
    func aboveZero() throws {
        #expect(try interval([[1, 1.1, 0.9, 1]]).isAboveZero)
        #expect(try !interval([[1, -1, 1, -1, 1, -1, 1, -1, 1]]).isAboveZero)
    }
}
