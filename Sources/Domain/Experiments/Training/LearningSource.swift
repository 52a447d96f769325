package import Labeling

/// What a network learns from, all else equal.
package enum LearningSource: String, Sendable, CaseIterable {
    /// Automatic labels after the spatial transformer.
    case transformer
    /// Automatic labels without any warp.
    case unwarped
    /// Neighborhood within a series.
    case adjacency
    /// Relative height within the series, from the header alone.
    case height
    /// No labels: slices are told apart by their own changed views.
    case augmentation = "none"
    /// Nothing: first weights, yet fitted means and principal components.
    case untrained

    /// As tables show it.
    package var title: String { self == .augmentation ? "augmentation only" : self.rawValue }

    /// Nil: no labels, or no training at all.
    package var labels: LabelSource? { LabelSource(rawValue: self.rawValue) }
}
