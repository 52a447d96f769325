package import Contracts
internal import Neighbors

/// What parts a model's vectors can have.
package enum ModelParts {
    /// Why no index can be made of these; nil when one can.
    package static func problem(_ parts: [EmbeddingPartRecord]) -> String? {
        // Sums of u32 counts from outside: compared before they are added.
        let limit = UInt32(NeighborLimits.dimensionMaximum)
        guard !parts.isEmpty, parts.allSatisfy({ (1...limit).contains($0.count) }),
            parts.count <= NeighborLimits.dimensionMaximum,
            parts.reduce(0, { $0 + Int($1.count) }) <= NeighborLimits.dimensionMaximum
        else {
            return "a model's parts have no or too many numbers"
        }
        guard parts.allSatisfy({ (0...NeighborLimits.weightMaximum).contains($0.weight) }) else {
            return "a model's part has an unusable weight"
        }
        return nil
    }
}
