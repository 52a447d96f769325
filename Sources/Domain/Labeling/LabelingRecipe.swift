/// Everything that decides which labels a set of slices gets. Stored with the data set.
package struct LabelingRecipe: Sendable, Codable, Equatable {
    /// Seed of the choice of members, of the split, and of the transformer's training.
    package var seed: UInt64
    /// Where similarities come from.
    package var source: LabelSource
    /// Share of the members whose patients are kept for testing, 0.02...0.5. Whole patients, so it is met roughly.
    package var testShare: Double
    /// Most members, 8...4096; memory and time grow with its square (4096: about 2 GB while labeling).
    package var memberMaximum: Int
    /// Bounds between the grades 0, 1, 2 and 3 as quantiles of the training pairs' similarity, ascending.
    package var gradeQuantiles: [Double] = [0.65, 0.90, 0.98]
    /// Share of the detail's rank in the similarity of a pair; the outline's rank has the rest.
    package var detailShare = 0.75
    /// Series of fewer slices count as single slices.
    package var sequenceMinimum = 9
    /// Standard deviation of the outline similarity's average along two series at once, millimeters.
    package var outlineAlongMillimeters = 30.0
    /// Standard deviation of the detail similarity's average along two series at once, millimeters.
    package var detailAlongMillimeters = 20.0
    /// Standard deviation of the smoothing along each series before that, millimeters.
    package var acrossMillimeters = 4.0
    /// Standard deviation of the smoothing along one series against single slices, millimeters: little, for else a picture
    /// is as like the neighbors of its own slice as that slice.
    package var eachMillimeters = 2.0
    /// Share of the smoothed similarity in a label; the raw one has the rest.
    package var refinedShare = 0.75
    /// Share of the alignment of whole series in a label, where both slices belong to long series.
    package var alignedShare = 0.8

    /// Makes a recipe with the method's own constants.
    package init(
        seed: UInt64 = 1,
        source: LabelSource = .transformer,
        testShare: Double = 0.15,
        memberMaximum: Int = 1200
    ) {
        self.seed = seed
        self.source = source
        self.testShare = testShare
        self.memberMaximum = memberMaximum
    }

    /// The smoothing of a measure whose average along two series at once has a standard deviation of `along`.
    func smoothing(along: Double) -> SmoothingLengths {
        SmoothingLengths(along: along, across: acrossMillimeters, each: eachMillimeters)
    }

    /// Says what is wrong with the recipe, or nil.
    package var flaw: String? {
        if !(0.02...0.5).contains(testShare) { return "testShare \(testShare) is not within 0.02...0.5" }
        if !(8...4096).contains(memberMaximum) {
            return "memberMaximum \(memberMaximum) is not within 8...4096"
        }
        if gradeQuantiles.count != 3 || gradeQuantiles != gradeQuantiles.sorted()
            || !gradeQuantiles.allSatisfy({ $0 > 0 && $0 < 1 })
        {
            return "gradeQuantiles are not three ascending numbers between 0 and 1"
        }
        if ![detailShare, refinedShare, alignedShare].allSatisfy({ (0...1).contains($0) }) {
            return "detailShare, refinedShare and alignedShare must be within 0...1"
        }
        let lengths = [
            outlineAlongMillimeters, detailAlongMillimeters, acrossMillimeters, eachMillimeters,
        ]
        if !lengths.allSatisfy({ $0 > 0 && $0 <= 500 }) {
            return "a smoothing length is not within 0...500 mm"
        }
        if sequenceMinimum < 2 { return "sequenceMinimum \(sequenceMinimum) is below 2" }
        return nil
    }
}

/// Why no data set was built.
package enum LabelingError: Error, Equatable, CustomStringConvertible {
    /// A split by patient needs two of them.
    case tooFewPatients(found: Int)
    /// Too few slices to learn from or to test with.
    case tooFewMembers(found: Int, needed: Int)
    /// The recipe contradicts itself or the system's bounds.
    case badRecipe(String)
    /// The caller asked to stop.
    case cancelled

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .tooFewPatients(let found):
            "labels are split by patient into training and test, which needs at least 2 patients with lung slices; "
                + "found \(found)"
        case .tooFewMembers(let found, let needed):
            "found \(found) lung slices, at least \(needed) are needed"
        case .badRecipe(let flaw): "labeling recipe: \(flaw)"
        case .cancelled: "labeling was cancelled"
        }
    }
}
