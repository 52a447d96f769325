import Contracts
import Lungs
import Messaging
import PhantomArchive
import ServiceKit
import Storage
import TestKit
import Testing
import Tomography
import Wire

@testable import LabelerCore

/// What is told of masks: verdicts, outlines, flags, and all of them together.
@Suite("Masks")
struct MaskTests {
    @Test("a mask comes with its verdict and with outlines in the slice's own pixels")
    func outlines() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            #expect(try await bench.waitUntilSegmented(10))
            let middle = Phantoms.onePatient[5]
            let reply = try await bench.client.call(FetchMask(sliceID: middle.metadata.sliceID))
            let expected = LungSegmenter().segment(middle.slice)
            #expect(reply.containsLung == true)
            #expect(reply.reason == expected.reason)
            #expect(reply.flags == [])
            let outlines = try #require(reply.outlines)
            #expect(Set(outlines.map(\.label)) == [1, 2])
            // What the curves enclose is the mask: each label's area in pixels of the slice, four to one of the mask.
            for label in [1, 2] as [UInt8] {
                let area = outlines.filter { $0.label == label }.map { Self.area(of: $0.points) }.reduce(0, +)
                let pixels = Float(4 * expected.mask.labels.count { $0 == label })
                #expect(abs(area - pixels) < 0.06 * pixels)
            }
            let points = outlines.flatMap(\.points)
            let side = Float(max(middle.slice.rows, middle.slice.columns))
            #expect(points.allSatisfy { $0 >= -0.5 && $0 <= side - 0.5 })
            #expect(points.contains { $0 > side / 2 })
        }
    }

    /// The area inside a closed curve; negative when it runs the other way around, as holes do.
    private static func area(of points: [Float]) -> Float {
        let count = points.count / 2
        let twice = (0..<count).map { place in
            let next = (place + 1) % count
            return points[2 * place] * points[2 * next + 1] - points[2 * next] * points[2 * place + 1]
        }
        return twice.reduce(0, +) / 2
    }

    @Test("a slice whose turn has not come is answered on the spot, with the same outlines")
    func onTheSpot() async throws {
        try await LabelerBench.with { bench in
            let slice = Phantoms.onePatient[4]
            try await bench.archive.store([slice])
            let early = try await bench.client.call(FetchMask(sliceID: slice.metadata.sliceID))
            #expect(try await bench.waitUntilSegmented(1))
            #expect(try await bench.client.call(FetchMask(sliceID: slice.metadata.sliceID)) == early)
        }
    }

    @Test("all masks together: counts, areas in order, and slices that were given up with their reason")
    func quality() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            #expect(try await bench.waitUntilSegmented(10))
            // Another patient's, which the segmenter is never given: the work itself is broken.
            try await bench.labeler.database.write { transaction in
                try LabelerStore.segmenting.enqueue(key: "of no slice", payload: [1], in: transaction)
            }
            let isGivenUp = try await eventually(within: .seconds(20)) {
                try await bench.client.call(FetchMaskQuality(limit: 1)).failed == 1
            }
            #expect(isGivenUp)
            let quality = try await bench.client.call(FetchMaskQuality(limit: 3))
            let expected = Phantoms.onePatient.map { LungSegmenter().segment($0.slice) }
            let areas = expected.filter(\.containsLung).map(\.areaSquareCentimeters).sorted()
            #expect(quality.slices == 10 && quality.waiting == 0)
            #expect(quality.withLung == areas.count && quality.withoutLung == 10 - areas.count)
            #expect(quality.areaQuantiles.count == 21)
            #expect(quality.areaQuantiles.first == areas.first && quality.areaQuantiles.last == areas.last)
            #expect(quality.smallest.map(\.areaSquareCentimeters) == Array(areas.prefix(3)))
            #expect(quality.smallest.allSatisfy { $0.reason.contains("cm²") })
            #expect(quality.empty.count == min(3, 10 - areas.count))
            #expect(quality.failures.map(\.reason) == ["the work names no slice"])
            #expect(quality.failures.first?.kind == "segment")
            for limit in [0, 1_001] as [UInt32] {
                await #expect(throws: Refusal.self) {
                    try await bench.client.call(FetchMaskQuality(limit: limit))
                }
            }
        }
    }
}
