import Foundation

/// What a data set's recipe tells of the spatial transformer that aligned its slices.
struct RegistrationRow: Decodable {
    private let registrationQuality: Quality?

    private struct Quality: Decodable {
        let pairCount: Int
        let arePatientsUnseen: Bool
        let identityDice: Double
        let affineDice: Double
        let gridDice: Double
        let failureShare: Double
        let foldedShare: Double
    }

    /// One sentence for people; nil where nothing was aligned, or the recipe is no JSON.
    static func text(ofRecipe recipe: String) -> String? {
        let row = try? JSONDecoder().decode(RegistrationRow.self, from: Data(recipe.utf8))
        guard let quality = row?.registrationQuality else { return nil }
        func rounded(_ value: Double) -> String { SearchSheet.rounded(value) }
        func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
        let patients = quality.arePatientsUnseen ? "patients that it did not learn from" : "its own patients"
        return
            "Dice of the lungs \(rounded(quality.identityDice)) as they lie, \(rounded(quality.affineDice)) after the "
            + "affine map, \(rounded(quality.gridDice)) after the grid, in \(quality.pairCount) pairs of \(patients); "
            + "\(percent(quality.failureShare)) agree less than before, \(percent(quality.foldedShare)) fold"
    }
}
