import LinearAlgebra
import Lungs

extension Figure {
    /// Whether a perturbed copy finds its original first.
    package static func robustness(_ kind: Perturbation) -> Figure {
        Figure("hit@1 \(kind.rawValue)", blockLength: 1)
    }
    /// The mean of that over rotation, shift, scale, noise and blur.
    package static let singleRobustness = Figure("hit@1 mean of five", blockLength: 1)
    /// Whether a copy perturbed in all ways finds its original or a neighbor of it first.
    package static let nearRobustness = Figure("all within 5 mm", blockLength: 1)
}

extension MethodFigures {
    /// A hit of the same series counts as near within this distance.
    private static let nearMillimeters = 5.0

    /// Adds how often perturbed copies of a patient's slices find their originals first.
    ///
    /// The gallery is everybody else's slices and the original's series: the patient's other series show the same
    /// position. A copy in which no lung was found counts as a miss.
    mutating func appendRobustness(
        _ described: DescribedSet,
        perturbed: PerturbedSlices,
        by descriptor: Descriptor,
        patient: String
    ) throws {
        let slices = described.set.slices
        let own = perturbed.copies.filter { slices[$0.original].patient == patient }
        guard !own.isEmpty else { return }
        var hits: [Perturbation: [Double?]] = [:]
        for kind in perturbed.kinds {
            let found = try Self.firstHits(described, own, kind, descriptor)
            let hit = zip(own, found).map { $0.original == $1 }
            hits[kind] = hit.map { $0 ? 1 : 0 }
            self.append(.init(patient, hits[kind] ?? []), to: .robustness(kind))
            guard kind == .all else { continue }
            let near = zip(own, found).map { copies, found in
                found.map { found in
                    let (one, other) = (slices[copies.original], slices[found])
                    let distance = abs(one.offsetMillimeters - other.offsetMillimeters)
                    return one.isOfSeries(of: other) && distance <= Self.nearMillimeters
                } ?? false
            }
            self.append(.init(patient, near.map { $0 ? 1 : 0 }), to: .nearRobustness)
        }
        let singles = Perturbation.singles.compactMap { hits[$0] }
        guard singles.count == Perturbation.singles.count else { return }
        let means = own.indices.map { query in
            singles.reduce(0.0) { $0 + ($1[query] ?? 0) } / Double(singles.count)
        }
        self.append(.init(patient, means), to: .singleRobustness)
    }

    /// The first hit of each copy, as a place in the set; nil where no lung was found.
    private static func firstHits(
        _ described: DescribedSet,
        _ copies: [PerturbedSlices.Copies],
        _ kind: Perturbation,
        _ descriptor: Descriptor
    ) throws -> [Int?] {
        let slices = described.set.slices
        let cropped = copies.indices.filter { copies[$0].crops[kind] != nil }
        let vectors = try descriptor.unitVectors(of: cropped.compactMap { copies[$0].crops[kind] })
        guard !cropped.isEmpty else { return copies.map { _ in nil } }
        let cosines = described.cosines(of: vectors, with: Array(slices.indices))
        var found = [Int?](repeating: nil, count: copies.count)
        for (row, query) in cropped.enumerated() {
            let original = slices[copies[query].original]
            let gallery = slices.indices.filter {
                slices[$0].patient != original.patient || slices[$0].isOfSeries(of: original)
            }
            let start = cosines.row(row).startIndex
            let searched = gallery.map { cosines.row(row)[start + $0] }
            found[query] = first(searched[...]).map { gallery[$0] }
        }
        return found
    }
}
