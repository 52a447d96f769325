/// Which slices a data set has, and on which side each is: decided from names and places alone, before any picture is
/// looked at.
package struct LabelingPlan: Sendable, Equatable {
    /// How the labels are made.
    package let recipe: LabelingRecipe
    /// The members, in the order in which pairs count them.
    package let members: [LabelingMember]
    /// (members): whether each is on the test side; all slices of a patient are on one side.
    package let isTest: [Bool]

    /// Fewest slices of a data set.
    private static let memberMinimum = 8

    /// Chooses members, and the patients of the test side.
    ///
    /// - Parameter all: slices with lungs, in any order.
    /// - Throws: `LabelingError`, whose description says what is missing.
    package init(members all: [LabelingMember], recipe: LabelingRecipe) throws(LabelingError) {
        if let flaw = recipe.flaw { throw .badRecipe(flaw) }
        let patients = Set(all.map(\.patient)).count
        guard patients >= 2 else { throw .tooFewPatients(found: patients) }
        guard all.count >= Self.memberMinimum else {
            throw .tooFewMembers(found: all.count, needed: Self.memberMinimum)
        }
        self.recipe = recipe
        members = selectedMembers(all, maximum: recipe.memberMaximum, seed: recipe.seed).map { all[$0] }
        isTest = try testSide(members.map(\.patient), share: recipe.testShare, seed: recipe.seed)
        let smaller = min(training.count, test.count)
        guard smaller >= testMemberMinimum else {
            throw .tooFewMembers(found: smaller, needed: testMemberMinimum)
        }
    }

    /// (members): where each lies in its series, 0 at the highest member to 1 at the lowest, from the header alone; nil for
    /// slices of no long series.
    package var relativeDepths: [Double?] {
        SliceGroups(of: members, minimum: recipe.sequenceMinimum).relativeDepths
    }

    /// Members of the training side, ascending.
    package var training: [Int] { members.indices.filter { !isTest[$0] } }

    /// Members of the test side, ascending.
    package var test: [Int] { members.indices.filter { isTest[$0] } }
}
