import Lesions
import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

@Suite("Where the detail of two slices agrees")
struct DetailAgreementTests {
    private static let count = DetailAgreement.side * DetailAgreement.side

    /// Maps of two channels: cell 0, cell 1, and all others.
    private static func maps(_ first: (Float, Float), _ second: (Float, Float), rest: (Float, Float))
        -> [Float]
    {
        let channels = [(first.0, second.0, rest.0), (first.1, second.1, rest.1)]
        return channels.flatMap { [$0.0, $0.1] + [Float](repeating: $0.2, count: count - 2) }
    }

    @Test("the cosine of what differs from the mean of both, counted where there is lung")
    func cosine() {
        var shares = [Float](repeating: 0, count: Self.count)
        (shares[0], shares[1]) = (1, 1)
        // The means of cells 0 and 1 are (2, 2), whatever lies outside the lungs.
        let first = Self.maps((3, 2), (1, 2), rest: (90, -7))
        let second = Self.maps((2, 3), (2, 1), rest: (-5, 40))
        let turned = DetailAgreement(first: first, second: second, lungShares: shares)
        #expect(turned.cells == [Float](repeating: 0, count: Self.count) && turned.mean == 0)
        let same = DetailAgreement(first: first, second: first, lungShares: shares)
        #expect(
            same.cells.prefix(2) == [1, 1] && same.cells.dropFirst(2).allSatisfy { $0 == 0 } && same.mean == 1
        )
        // The other way round in each cell, about the same mean.
        let opposite = DetailAgreement(
            first: first,
            second: Self.maps((1, 2), (3, 2), rest: (0, 0)),
            lungShares: shares
        )
        #expect(opposite.cells.prefix(2) == [-1, -1] && opposite.mean == -1)
        // A cell of which little is lung counts little in the mean.
        shares[1] = 0.25
        let half = DetailAgreement(first: first, second: second, lungShares: shares)
        #expect(
            half.lungShares == shares && abs(half.mean - (half.cells[0] + 0.25 * half.cells[1]) / 1.25) < 1e-6
        )
    }

    @Test("no lung and no detail give zeros")
    func nothing() {
        let maps = Self.maps((1, 2), (3, 4), rest: (5, 6))
        let flat = [Float](repeating: 2, count: 2 * Self.count)
        let none = [Float](repeating: 0, count: Self.count)
        let all = [Float](repeating: 1, count: Self.count)
        for found in [
            DetailAgreement(first: maps, second: maps, lungShares: none),
            DetailAgreement(first: flat, second: flat, lungShares: all),
        ] {
            #expect(found.cells == none && found.mean == 0)
        }
    }

    @Test("a slice agrees with itself wherever it has lung, and the order of two does not matter")
    func same() throws {
        let embedder = try SliceEmbedder(try madeUpModel(), threadCount: 1)
        let (one, other) = (try madeUpCrop(level: 0.4, seed: 1), try madeUpCrop(level: 0.9, seed: 2))
        let same = try embedder.agreement(of: one, and: one)
        #expect(zip(same.cells, same.lungShares).allSatisfy { $1 > 0 ? $0 > 0.9999 : $0 == 0 })
        #expect(
            same.mean > 0.9999 && same.lungShares.contains { $0 == 1 } && same.lungShares.contains { $0 == 0 }
        )
        let (found, turned) = (
            try embedder.agreement(of: one, and: other), try embedder.agreement(of: other, and: one)
        )
        #expect(zip(found.cells, turned.cells).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(found.lungShares == turned.lungShares)
        #expect(found.mean < 0.8)
    }
}
