/// Where the similarity of two slices comes from before it is smoothed and ranked.
package enum LabelSource: String, Sendable, Codable, CaseIterable {
    /// Outline, detail and density after the spatial transformer has laid one slice on the other.
    case transformer
    /// The same measures in the canonical frame, without any warp.
    case unwarped
    /// Distance along the body within one series; slices of different series are unlike. To compare with.
    case adjacency
    /// Relative height within the series, from the header alone. To compare with: it costs nothing, and it is what
    /// measures of level reward.
    case height

    /// Whether pictures are looked at.
    package var comparesPictures: Bool { self == .transformer || self == .unwarped }
}
