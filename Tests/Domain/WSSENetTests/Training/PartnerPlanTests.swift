import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("Partners in the density stage")
struct PartnerPlanTests {
    private static let patients = (0..<30).map { [UInt8($0 / 6)] }

    /// The nearer the numbers, the more similar.
    private static let similarity: Matrix = {
        var matrix = Matrix(rows: 30, columns: 30)
        for a in 0..<30 {
            for b in 0..<30 { matrix[a, b] = 1 - Float(abs(a - b)) / 30 }
        }
        return matrix
    }()

    private func partners(of slice: Int, share: Double, draws: Int = 400) -> [Int] {
        let plan = PartnerPlan(patients: Self.patients, similarity: Self.similarity, share: share)
        var generator = SeededGenerator(seed: 5)
        return (0..<draws).map { _ in plan.partner(of: slice, &generator) }
    }

    @Test("are the slice itself, but for a share of them")
    func share() {
        #expect(Set(partners(of: 13, share: 0)) == [13])
        #expect(!partners(of: 13, share: 1).contains(13))
        let others = partners(of: 13, share: 0.25).count { $0 != 13 }
        // 400 draws: three standard deviations.
        #expect(abs(Double(others) / 400 - 0.25) < 0.066)
    }

    @Test("are the eight most similar slices of other patients, all of them")
    func nearest() {
        // Slices 12 to 17 are of one patient; the nearest others of 13 lie on both sides, ties to the earlier one.
        #expect(Set(partners(of: 13, share: 1)) == [11, 10, 9, 8, 7, 6, 18, 19])
    }

    @Test("are the slice itself where there is one patient only")
    func alone() {
        let plan = PartnerPlan(patients: [[1], [1]], similarity: Matrix(rows: 2, columns: 2), share: 1)
        var generator = SeededGenerator(seed: 5)
        #expect(plan.partner(of: 1, &generator) == 1)
    }
}
