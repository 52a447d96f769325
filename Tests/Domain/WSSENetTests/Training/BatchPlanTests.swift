import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("Which slices a batch has")
struct BatchPlanTests {
    /// 40 slices of two kinds, alike within a kind.
    private static func similarity() -> Matrix {
        var similarity = Matrix(rows: 40, columns: 40)
        for row in 0..<40 {
            for column in 0..<40 {
                similarity[row, column] = row == column ? 1 : (row % 2 == column % 2 ? 0.8 : 0.1)
            }
        }
        return similarity
    }

    private func recipe(_ neighborShare: Double) -> WSSENetRecipe {
        var recipe = WSSENetRecipe(seed: 5)
        recipe.batchSlices = 8
        recipe.neighborShare = neighborShare
        return recipe
    }

    private func plan(_ recipe: WSSENetRecipe, patients: [[UInt8]]? = nil, stream: UInt64 = 1) -> BatchPlan {
        BatchPlan(
            patients: patients ?? (0..<40).map { [UInt8($0)] },
            similarity: Self.similarity(),
            recipe: recipe,
            stream: stream
        )
    }

    @Test("is the same for the same number, and another for another number, seed or stage")
    func repeated() {
        let slices = (0..<20).map { plan(recipe(0.5)).slices(of: $0) }
        #expect(slices == (0..<20).map { plan(recipe(0.5)).slices(of: $0) })
        #expect(Set(slices).count == 20)
        #expect(slices.allSatisfy { $0.count == 8 && $0.allSatisfy { (0..<40).contains($0) } })
        #expect(plan(recipe(0.5), stream: 2).slices(of: 0) != slices[0])
        var other = recipe(0.5)
        other.seed = 6
        #expect(plan(other).slices(of: 0) != slices[0])
    }

    @Test("is in one slice's surroundings as often as the recipe says", arguments: [0, 0.5, 1])
    func neighbors(share: Double) {
        let plan = plan(recipe(share))
        // The 16 most similar slices are all of one kind; eight of all slices are so once in 128 batches.
        let alike = (0..<1_000).count { batch in Set(plan.slices(of: batch).map { $0 % 2 }).count == 1 }
        #expect(abs(Double(alike) / 1_000 - share) < 0.06)
    }

    @Test("draws from a patient of many slices by the power of their number", arguments: [0, 0.5, 1])
    func patients(power: Double) {
        var recipe = recipe(0)
        recipe.patientPower = power
        // 36 slices of one patient and four of others.
        let patients: [[UInt8]] = (0..<40).map { [UInt8(max(0, $0 - 35))] }
        let plan = plan(recipe, patients: patients)
        let drawn: [Int] = (0..<500).flatMap { plan.slices(of: $0) }
        let share = Double(drawn.count { $0 < 36 }) / Double(drawn.count)
        // Weights 36 · 36^-power and 4.
        let expected: [Double: Double] = [0: 0.9, 0.5: 0.6, 1: 0.2]
        #expect(abs(share - (expected[power] ?? 0)) < 0.03)
        #expect(Set(drawn).count == 40)
    }
}
