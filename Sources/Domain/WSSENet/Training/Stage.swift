/// What is learned one after the other.
package enum Stage: String, Sendable, Codable, CaseIterable {
    /// The lungs' shape.
    case outline
    /// Vessels and bronchi, with the outline as context.
    case detail
    /// Where it is denser than usual.
    case density

    /// Place in the order of learning.
    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
