import Evaluation
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
