/// Why nothing was registered.
package enum RegistrationError: Error, Equatable, CustomStringConvertible {
    /// Too few slices to learn from.
    case tooFewSlices(found: Int, needed: Int)
    /// The recipe contradicts itself.
    case badRecipe(String)
    /// A checkpoint of another recipe or of other slices.
    case otherTraining
    /// Parameters of another network.
    case otherNetwork
    /// The caller asked to stop.
    case cancelled

    /// For people.
    package var description: String {
        switch self {
        case .tooFewSlices(let found, let needed):
            "registration: \(found) lung slices, at least \(needed) are needed"
        case .badRecipe(let flaw): "registration recipe: \(flaw)"
        case .otherTraining: "registration: the checkpoint is of another recipe or of other slices"
        case .otherNetwork: "registration: parameters of another network"
        case .cancelled: "registration was cancelled"
        }
    }
}
