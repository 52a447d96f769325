import Evaluation
import Lungs

/// A crop of one grey value, all lung, whose first pixel carries a number: what a made-up method reads.
func flatCrop(_ number: Float = 0, grey: Float = 0.25) throws -> LungCrop {
    let count = LungCrop.side * LungCrop.side
    var image = [Float](repeating: grey, count: count)
    image[0] = number
    let half = [Float](repeating: 0.5, count: count)
    guard let crop = LungCrop(image: image, left: half, right: half) else { throw NoCrop() }
    return crop
}

/// Thrown when a crop of finite values is refused.
struct NoCrop: Error {}

/// A slice of a made-up patient, its crop carrying the number by which `byNumber` finds it.
func madeUp(
    _ number: Float,
    patient: String,
    series: String = "s",
    offset: Double = 0,
    thickness: Double? = nil,
    exam: String? = nil,
    level: Double? = nil,
    label: String? = nil
) throws -> EvaluationSlice {
    EvaluationSlice(
        crop: try flatCrop(number),
        patient: patient,
        series: series,
        offsetMillimeters: offset,
        thicknessMillimeters: thickness,
        exam: exam,
        level: level,
        label: label
    )
}

extension Descriptor {
    /// Slices whose numbers are near are alike: points of a circle, a radian for each unit.
    static let byNumber = Descriptor("by number") { crops in
        crops.map { crop in
            let angle = Double(crop.image[0])
            return [Float(cosine(angle)), Float(cosine(angle - .pi / 2))]
        }
    }
}

/// Of an angle of a few radians.
private func cosine(_ angle: Double) -> Double {
    // The power series; no library is needed for a dozen terms.
    var (sum, term) = (1.0, 1.0)
    for step in 1...30 {
        term *= -angle * angle / Double((2 * step - 1) * (2 * step))
        sum += term
    }
    return sum
}
