import Lungs
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

/// Series of `slices` levels for each patient, 5 mm apart from head to foot.
func madeUpMembers(patients: Int, slices: Int) throws -> [LabelingMember] {
    var members: [LabelingMember] = []
    for patient in 0..<patients {
        for slice in 0..<slices {
            members.append(
                LabelingMember(
                    id: [UInt8(patient), UInt8(slice)],
                    patient: [UInt8(patient)],
                    series: [UInt8(patient)],
                    offsetMillimeters: -5 * Double(slice) + 100 * Double(patient),
                    crop: try madeUpCrop(level: Float(slice) / Float(slices - 1), patient: patient)
                )
            )
        }
    }
    return members
}
