import Contracts
import Lungs
import Messaging
import PhantomArchive
import ServiceKit
import Storage
import TestKit
import Testing
import Wire

@testable import LabelerCore

/// Masks of a series are compared with their neighbors before a data set is made of them.
@Suite("Review of series")
struct SeriesReviewTests {
    /// A series so dense that neighbors are compared, beside short ones with which a data set can be built.
    private static let dense = ArchivedSlice.slices(ofPatients: [31], sliceCount: 24, size: 160)
    private static let all = Phantoms.slices + dense
    /// Near the apex, so that it is not the series' largest whatever is added to it.
    private static let spoiled = dense[3].metadata.sliceID

    private static func lungs(_ sliceID: Identifier, _ bench: LabelerBench) async throws -> SliceLungs {
        try #require(
            try await bench.labeler.database.read { try LabelerStore.lungs(of: sliceID, in: $0) }
        )
    }

    private static func waiting(_ bench: LabelerBench) async throws -> Int {
        try await bench.labeler.database.read { try SeriesStore.unreviewed(in: $0).count }
    }

    /// Puts lung where there is none into a corner of a stored mask, and takes its crop away.
    private static func spoil(_ bench: LabelerBench) async throws {
        let right = try await Self.lungs(Self.spoiled, bench).mask
        var labels = right.labels
        for row in 2..<9 {
            for column in 2..<9 { labels[row * right.columns + column] = 1 }
        }
        try await Self.replace(labels, right, isReviewed: false, bench)
    }

    /// Stores a mask as if a review had left nothing of it.
    private static func empty(_ bench: LabelerBench) async throws {
        let right = try await Self.lungs(Self.spoiled, bench).mask
        let labels = [UInt8](repeating: 0, count: right.labels.count)
        try await Self.replace(labels, right, isReviewed: true, bench)
    }

    private static func replace(
        _ labels: [UInt8],
        _ right: LungMask,
        isReviewed: Bool,
        _ bench: LabelerBench
    ) async throws {
        let wrong = FoundLungs(
            rows: UInt32(right.rows),
            columns: UInt32(right.columns),
            millimetersPerPixel: right.millimetersPerPixel,
            labels: MaskRuns.encode(labels),
            areaSquareCentimeters: 1,
            containsLung: false,
            reason: "",
            flags: [],
            crop: nil
        )
        try await bench.labeler.database.write {
            try LabelerStore.insert(wrong, of: Self.spoiled, isReviewed: isReviewed, in: $0)
        }
    }

    /// The dense series as the segmenter sees it when it has all of it at once.
    private static func expected(_ slices: [ArchivedSlice]) -> [LungSegmentation] {
        LungSegmenter().segment(
            series: slices.map {
                PlacedSlice(
                    slice: $0.slice,
                    offsetMillimeters: $0.metadata.offsetMillimeters ?? .nan
                )
            }
        )
    }

    @Test(
        "what no neighbor continues is taken from a mask, once; a new slice lets its series be looked at again"
    )
    func review() async throws {
        try await LabelerBench.with { bench in
            let late = Self.dense[20]
            let early = Self.dense.filter { $0.metadata.sliceID != late.metadata.sliceID }
            try await bench.archive.store(Phantoms.slices + early)
            #expect(try await bench.waitUntilSegmented(Self.all.count - 1))
            #expect(try await Self.waiting(bench) == 5)
            try await Self.spoil(bench)
            let first = try await bench.build(seed: 1, source: .unwarped)
            #expect(first.state == .done, "\(first.text)")
            #expect(try await Self.waiting(bench) == 0)
            try await Self.expectReviewed(early, bench)
            // Only what changed was fetched again.
            let changed = try await Self.reviewed(bench)
            #expect(changed.contains(Self.spoiled))
            #expect(bench.archive.fetchCount == Self.all.count - 1 + changed.count)

            let second = try await bench.build(seed: 1, source: .unwarped)
            #expect(second.result == first.result)
            #expect(bench.archive.fetchCount == Self.all.count - 1 + changed.count)

            // What a review made of a mask is no ground for the next one.
            try await Self.empty(bench)
            try await bench.archive.store([late])
            #expect(try await bench.waitUntilSegmented(Self.all.count))
            #expect(try await Self.waiting(bench) == 1)
            let third = try await bench.build(seed: 1, source: .unwarped)
            #expect(third.state == .done && third.result != first.result)
            #expect(try await Self.waiting(bench) == 0)
            try await Self.expectReviewed(Self.dense, bench)
        }
    }

    private static func expectReviewed(_ slices: [ArchivedSlice], _ bench: LabelerBench) async throws {
        for (slice, found) in zip(slices, Self.expected(slices)) {
            let stored = try await Self.lungs(slice.metadata.sliceID, bench)
            #expect(try stored == SliceLungs(FoundLungs(found, of: slice.slice)))
        }
        #expect(try await Self.lungs(Self.spoiled, bench).crop != nil)
    }

    /// Slices whose stored mask is what a review made of it.
    private static func reviewed(_ bench: LabelerBench) async throws -> Set<Identifier> {
        try await bench.labeler.database.read { transaction in
            let rows = try transaction.rows("SELECT slice_id FROM lungs WHERE is_reviewed = 1")
            return Set(try rows.map { Identifier(bytes: try $0.blob("slice_id")) })
        }
    }

    @Test("a series of which a slice is gone goes on waiting, and the data set is built")
    func sliceGone() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Self.all)
            #expect(try await bench.waitUntilSegmented(Self.all.count))
            try await Self.spoil(bench)
            let before = try await Self.lungs(Self.spoiled, bench)
            bench.archive.lose(Self.dense[3])
            let job = try await bench.build(seed: 1, source: .height)
            #expect(job.state == .done, "\(job.text)")
            #expect(try await Self.waiting(bench) == 1)
            #expect(try await Self.lungs(Self.spoiled, bench) == before)
        }
    }

    @Test("while ingest is away only series that need no pixels are reviewed")
    func ingestAway() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Self.all)
            #expect(try await bench.waitUntilSegmented(Self.all.count))
            try await Self.spoil(bench)
            await bench.archive.stop()
            let ingest = try ServiceClient(
                transport: bench.transport,
                address: Address("memory://ingest"),
                service: .ingest
            )
            let review = SeriesReview(
                database: bench.labeler.database,
                ingest: ingest,
                logger: bench.labeler.logger,
                patience: .milliseconds(200)
            )
            var left: [Int] = []
            try await review.run { left.append($0) }
            #expect(left == [5, 4, 3, 2, 1])
            try await review.run { left.append($0) }
            #expect(left == [5, 4, 3, 2, 1, 1])
            await ingest.close()
        }
    }
}
