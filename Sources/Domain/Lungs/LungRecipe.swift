/// Which of two ways of finding lungs is taken.
enum LungRecipe: Sendable {
    /// The reference implementation's, whose masks are equaled pixel for pixel. For comparison.
    case reference
    /// What is used: the same verdicts on the same air, and after them a finer edge, lungs that touch parted
    /// along their pleurae, and no air from folds of the skin.
    case standard
}
