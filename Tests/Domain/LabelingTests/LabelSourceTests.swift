import Testing

@testable import Labeling

@Suite("Sources of labels")
struct LabelSourceTests {
    private let slices: MadeUpSlices

    init() throws { slices = try MadeUpSlices(patients: 5, slices: 14) }

    private func labeled(_ source: LabelSource) throws -> LabeledDataSet {
        try slices.labeled(LabelingRecipe(seed: 3, source: source, testShare: 0.2))
    }

    @Test("adjacency: near slices of one series are alike, series are unlike")
    func adjacency() throws {
        let set = try labeled(.adjacency)
        for pair in set.pairs {
            let (first, second) = (set.members[pair.first], set.members[pair.second])
            let apart = 5 * abs(Int(first.id[1]) - Int(second.id[1]))
            let expected = first.series == second.series ? max(0, 1 - Float(apart) / 100) : 0
            #expect(abs(pair.similarity - expected) < 1e-5)
            // Unlike to the highest degree is never a grade above 0.
            if expected == 0 { #expect(pair.grade == 0) }
        }
        #expect(Set(set.pairs.map(\.grade)) == [0, 1, 2, 3])
    }

    @Test("height: slices of the same relative height are alike, whatever the series")
    func height() throws {
        let set = try labeled(.height)
        for pair in set.pairs {
            let first = Float(set.members[pair.first].id[1])
            let second = Float(set.members[pair.second].id[1])
            let apart: Float = abs(first - second) / 13
            #expect(abs(pair.similarity + apart - 1) < 1e-5)
        }
    }

    @Test("places without a series long enough, and pictures, are like nothing")
    func placeless() {
        let members = (0..<12).map { (index: Int) -> LabelingMember in
            let series: UInt8 = index < 9 ? 1 : 2
            let offset: Double? = index == 4 ? nil : Double(index)
            return LabelingMember(
                id: [UInt8(index)],
                patient: [0],
                series: [series],
                offsetMillimeters: offset
            )
        }
        let groups = SliceGroups(of: members, minimum: 8)
        #expect(groups.sequences.count == 1)
        for matrix in [adjacencySimilarities(groups), heightSimilarities(groups)] {
            for index in [4, 9, 10, 11] { #expect((0..<12).allSatisfy { matrix[index, $0] == 0 }) }
            #expect(matrix[0, 8] < matrix[0, 1] && matrix[0, 1] == matrix[1, 0])
        }
    }

    @Test("differ in their data sets' bytes, even where the labels were equal")
    func recipes() throws {
        #expect(try labeled(.height).canonicalBytes() != labeled(.adjacency).canonicalBytes())
        #expect(try labeled(.unwarped).recipe.source == .unwarped)
    }

    @Test("the alignment of whole series counts as much as the recipe says, where both slices have a place")
    func alignedShare() throws {
        let members = slices.members
        let raw = try slices.similarities(members)
        var recipe = LabelingRecipe(source: .unwarped)
        recipe.alignedShare = 1
        let all = try SideLabels(raw, of: members, recipe: recipe)
        // By the alignment alone, the same level of two patients is nearest, and nearness falls on both sides.
        for index in 1..<13 {
            let (here, next) = (all.similarity[index, 14 + index], all.similarity[index, 14 + index + 1])
            #expect(here >= next && here > 0.85)
        }
        recipe.alignedShare = 0
        let none = try SideLabels(raw, of: members, recipe: recipe)
        #expect(none.similarity != all.similarity)
    }
}
