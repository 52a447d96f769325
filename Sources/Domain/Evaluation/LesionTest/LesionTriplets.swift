import Lesions
import LinearAlgebra
package import Lungs

/// Slices into which the same lesion is put at the same and at another place: is the same place found again?
///
/// A query is a slice of one patient, its partner another patient's slice of the same level. The lesion is put into the
/// query; into the partner at the same place; into the partner elsewhere; and the partner stays without. A good method
/// finds the first partner more similar than the other two.
package struct LesionTriplets: Sendable {
    /// One query with one partner.
    package struct Triplet: Sendable, Equatable {
        /// The query's place in the set.
        package let query: Int
        /// The partner's place in the set.
        package let partner: Int
        /// Where the lesion is in the query and, about 1.5 pixels off, in the partner.
        let here: LesionPlace
        /// Where it is in the partner elsewhere, at least 30 pixels away.
        let elsewhere: LesionPlace
        /// How far off it is in the partner: down and across.
        let offset: SIMD2<Float>
        /// Of an irregular outline.
        let seed: UInt64
    }

    /// The crops of all triplets, in their order.
    package struct Crops: Sendable {
        /// The queries, with the lesion.
        package let queries: [LungCrop]
        /// The partners with the lesion at the same place.
        package let same: [LungCrop]
        /// The partners with it elsewhere.
        package let elsewhere: [LungCrop]
    }

    /// By query, in slice order.
    package let triplets: [Triplet]

    /// Only slices in the middle of the lungs are asked: levels between these bounds.
    static let levels = (0.2, 0.85)
    /// The partner's level is less than this away.
    static let sameLevel = 0.05
    /// So many partners for each query, or all where there are fewer.
    static let partnersMaximum = 3
    /// The other place is farther away than this, pixels.
    static let apart: Float = 30
    /// How far off the same place is, standard deviation along each axis, pixels.
    static let offsetDeviation: Float = 1.5

    /// Draws triplets for one patient: the same for every kind of lesion.
    package init(_ set: EvaluationSet, patient: String, seed: UInt64 = 0) {
        var generator = SeededGenerator(seed: seed)
        let slices = set.slices
        let others = set.leveled.filter { slices[$0].patient != patient }
        var triplets: [Triplet] = []
        for query in set.leveled where slices[query].patient == patient {
            guard let level = slices[query].level, level > Self.levels.0, level < Self.levels.1 else {
                continue
            }
            var near = others.filter { abs((slices[$0].level ?? 2) - level) < Self.sameLevel }
            generator.shuffle(&near)
            for partner in near.prefix(Self.partnersMaximum) {
                let common = lungPixels(of: slices[query].crop, and: slices[partner].crop)
                guard let places = LesionPlaces(in: common, apart: Self.apart, generator: &generator) else {
                    continue
                }
                triplets.append(
                    Triplet(
                        query: query,
                        partner: partner,
                        here: places.here,
                        elsewhere: places.elsewhere,
                        offset: SIMD2(generator.normal(), generator.normal()) * Self.offsetDeviation,
                        seed: generator.next()
                    )
                )
            }
        }
        self.triplets = triplets
    }

    /// Puts lesions of one kind into the slices.
    package func crops(_ kind: LesionKind, of set: EvaluationSet) -> Crops {
        func made(_ crop: (Triplet) -> LungCrop) -> [LungCrop] { self.triplets.map(crop) }
        func put(_ triplet: Triplet, into slice: Int, at place: LesionPlace, off: SIMD2<Float>) -> LungCrop {
            kind.inserted(
                into: set.slices[slice].crop,
                row: Float(place.row) + off.x,
                column: Float(place.column) + off.y,
                seed: triplet.seed
            )
        }
        return Crops(
            queries: made { put($0, into: $0.query, at: $0.here, off: .zero) },
            same: made { put($0, into: $0.partner, at: $0.here, off: $0.offset) },
            elsewhere: made { put($0, into: $0.partner, at: $0.elsewhere, off: .zero) }
        )
    }
}
