import TestKit
import Testing

@testable import Labeling

/// The prototype's refinement of a made-up similarity (two series of 12 and 14 slices, 6 singles, 8 pictures).
@Suite("Labels against the prototype", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct LabelingGoldenTests {
    private let golden: GoldenArrays
    private let raw: SimilarityMatrix
    private let groups: SliceGroups

    init() throws {
        golden = try SharedData.golden("sequences_retrieval.npz")
        raw = SimilarityMatrix(count: 40, values: try golden.doubles("similarity"))
        let scans = try golden.integers("scan")
        let places = try golden.doubles("z_mm")
        groups = SliceGroups(
            series: scans.enumerated().map { index, scan in
                // A single slice is a series of its own.
                scan < 1000 ? [UInt8(scan)] : [UInt8(100 + index)]
            },
            offsets: zip(scans, places).map { $0 == 1000 ? nil : $1 },
            minimum: 9
        )
    }

    private func lengths(_ along: Double) -> SmoothingLengths {
        SmoothingLengths(along: along, across: 4, each: 8)
    }

    private func largestDifference(_ matrix: SimilarityMatrix, _ name: String) throws -> Double {
        zip(matrix.values, try golden.doubles(name)).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test("groups are two series, the single slices and the pictures")
    func grouping() {
        #expect(groups.sequences.map(\.members.count) == [12, 14])
        #expect(groups.sequences[0].offsets == groups.sequences[0].offsets.sorted())
        #expect(groups.singles.count == 6 && groups.pictures.count == 8)
    }

    @Test("smoothing along each series")
    func each() throws {
        #expect(try largestDifference(smoothedEach(raw, groups, sigma: 4), "smooth_each_4mm") < 1e-6)
    }

    @Test("smoothing along both series at once")
    func along() throws {
        let smooth = try smoothedAlong(raw, groups, lengths: lengths(30), isCancelled: { false })
        #expect(try largestDifference(smooth, "smooth_sequences_30mm") < 1e-9)
        let relative = relativeWithinGroups(smooth, groups)
        #expect(try largestDifference(relative, "relative_of_smoothed") < 1e-9)
    }

    @Test("ranks")
    func ranks() throws {
        let distribution = EmpiricalDistribution(of: raw.pairs)
        // The golden values are single precision; the similarities are too, and ranks are steep at 401 points.
        #expect(try largestDifference(distribution.places(of: raw), "quantiles") < 1e-5)
    }

    @Test("the whole refinement", arguments: [(30.0, "refined_30mm"), (20.0, "refined_20mm")])
    func refinement(along: Double, name: String) throws {
        let result = try refined(
            raw,
            groups,
            lengths: lengths(along),
            refinedShare: 0.75,
            scale: nil,
            isCancelled: { false }
        )
        #expect(try largestDifference(result.labels, name) < 1e-4)
    }
}
