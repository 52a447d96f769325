import Lungs
import Registration
import Testing

@testable import Labeling

/// Crops whose shape and texture change with the level, a little different from patient to patient.
func madeUpCrop(level: Float, patient: Int) throws -> LungCrop {
    let side = LungCrop.side
    let wobble = Float(patient % 7) * 0.02
    let (width, height) = (18 + 10 * level, 30 + 22 * level + 20 * wobble)
    var image = [Float](repeating: 0.9, count: side * side)
    var left = [Float](repeating: 0, count: side * side)
    var right = left
    for y in 0..<side {
        for x in 0..<side {
            let down = (Float(y) - 64) / height
            let place = y * side + x
            for (center, isLeft) in [(Float(34), true), (Float(94), false)] {
                let across = (Float(x) - center) / width
                guard across * across + down * down < 1 else { continue }
                if isLeft { left[place] = 1 } else { right[place] = 1 }
                let stripes = (Float(x) * (1 - level) + Float(y) * level) / (6 + 4 * level + wobble)
                image[place] = stripes.truncatingRemainder(dividingBy: 1) < 0.3 ? 0.7 : 0.15
            }
        }
    }
    return try #require(LungCrop(image: image, left: left, right: right))
}

/// Slices to label: their names, and what they are compared by.
struct MadeUpSlices {
    var members: [LabelingMember] = []
    var slices: [[UInt8]: RegistrationSlice] = [:]

    /// No slices yet.
    init() {}

    mutating func append(_ member: LabelingMember, _ crop: LungCrop) {
        members.append(member)
        slices[member.id] = RegistrationSlice(crop)
    }

    /// Series of `slices` levels for each patient, 5 mm apart from head to foot.
    init(patients: Int, slices: Int) throws {
        for patient in 0..<patients {
            for slice in 0..<slices {
                self.append(
                    LabelingMember(
                        id: [UInt8(patient), UInt8(slice)],
                        patient: [UInt8(patient)],
                        series: [UInt8(patient)],
                        offsetMillimeters: -5 * Double(slice) + 100 * Double(patient)
                    ),
                    try madeUpCrop(level: Float(slice) / Float(slices - 1), patient: patient)
                )
            }
        }
    }

    /// The similarities of some members, nothing warped.
    func similarities(_ members: [LabelingMember]) throws -> PairSimilarities {
        let slices = members.compactMap { self.slices[$0.id] }
        let measurer = try PairMeasurer(
            model: nil,
            slices: slices,
            threadCount: 1,
            reference: DensityReference(Array(self.slices.values))
        )
        let pairs = PairSimilarities.pairs(count: slices.count)
        return PairSimilarities(
            pairs: try measurer.measures(of: pairs).map { PairSimilarity($0) },
            count: slices.count
        )
    }

    /// A data set of them.
    func labeled(
        _ recipe: LabelingRecipe = LabelingRecipe(seed: 3, source: .unwarped),
        progress: (Double) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws -> LabeledDataSet {
        let plan = try LabelingPlan(members: self.members, recipe: recipe)
        func similarities(_ side: [Int]) throws -> PairSimilarities {
            let members = side.map { plan.members[$0] }
            if recipe.source.comparesPictures { return try self.similarities(members) }
            return PairSimilarities(
                places: members,
                source: recipe.source,
                sequenceMinimum: recipe.sequenceMinimum
            )
        }
        return try labelDataSet(
            plan: plan,
            training: try similarities(plan.training),
            test: try similarities(plan.test),
            progress: progress,
            isCancelled: isCancelled
        )
    }
}
