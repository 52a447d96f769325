import Labeling
import Lungs
import TestKit
import Testing
import Wire

@testable import LabelerCore

/// What a data set takes of many slices and pairs, and how crops are kept.
@Suite("Selection")
struct SelectionTests {
    /// Candidates of some series: (patient, series, count).
    private static func candidates(_ series: [(UInt8, UInt8, Int)]) -> [MemberCandidate] {
        series.flatMap { patient, series, count in
            (0..<count).map { number in
                MemberCandidate(
                    sliceID: identifier(patient, series, UInt8(number)),
                    seriesID: identifier(patient, series, 255),
                    patientID: identifier(patient, 255, 255),
                    offsetMillimeters: Double(number)
                )
            }
        }
    }

    private static func identifier(_ bytes: UInt8...) -> Identifier {
        Identifier(bytes: bytes + [UInt8](repeating: 0, count: 16 - bytes.count))
    }

    @Test("few candidates are all taken, sorted by id whatever the order of arrival")
    func fewCandidates() {
        let all = Self.candidates([(1, 1, 5), (2, 1, 5)])
        let taken = boundedCandidates(all.reversed(), maximum: 10, seed: 1)
        #expect(taken == all)
    }

    @Test("of many candidates whole series are taken, every patient's first before anybody's second")
    func manyCandidates() {
        let all = Self.candidates([(1, 1, 10), (1, 2, 10), (1, 3, 10), (2, 1, 10), (3, 1, 10)])
        let taken = boundedCandidates(all, maximum: 30, seed: 4)
        #expect(taken.count == 30)
        #expect(Set(taken.map(\.patientID)).count == 3)
        let sizes = Dictionary(grouping: taken, by: \.seriesID).values.map(\.count)
        #expect(sizes.allSatisfy { $0 == 10 })
        #expect(boundedCandidates(all.reversed(), maximum: 30, seed: 4) == taken)
        let others = (5..<30).map { boundedCandidates(all, maximum: 30, seed: $0) }
        #expect(others.contains { $0 != taken })
    }

    @Test("crops are read as they were written, and damaged ones are refused")
    func cropBytes() throws {
        var random = SplitMix64(seed: 3)
        let count = LungCrop.side * LungCrop.side
        func half(_ value: Double) -> Float { Float(Float16(value)) }
        let image = (0..<count).map { _ in half(Double.random(in: 0...1, using: &random)) }
        let left = (0..<count).map { $0 % 128 < 50 ? half(1) : half(0) }
        let right = (0..<count).map { $0 % 128 == 90 ? half(Double.random(in: 0...1, using: &random)) : 0 }
        let crop = try #require(LungCrop(image: image, left: left, right: right))
        let bytes = CropBytes.encode(crop)
        #expect(bytes.count < 2 * count + 4_000)
        #expect(CropBytes.decode(bytes) == crop)
        #expect(CropBytes.decode(Array(bytes.dropLast())) == nil)
        #expect(CropBytes.decode(bytes + [0]) == nil)
        #expect(CropBytes.decode([]) == nil)
        // A run of no pixels would never end.
        var endless = bytes
        endless[2 * count] = 0
        endless[2 * count + 1] = 0
        #expect(CropBytes.decode(endless) == nil)
    }
}
