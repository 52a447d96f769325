package import Lungs
private import Orientation

/// One slice that may become a member of a data set: what pairs are compared by, about 10 kB instead of the crop's 200.
package struct LabelingMember: Sendable, Equatable {
    /// The slice, as the services name it.
    package let id: [UInt8]
    /// The patient; a patient is on one side of the split.
    package let patient: [UInt8]
    /// The series.
    package let series: [UInt8]
    /// Place along the body, growing toward the head, millimeters; nil for pictures.
    package let offsetMillimeters: Double?
    /// (2 x 32 x 32): means of the left and the right mask, 0...1.
    let outlinePlanes: [Float]
    /// (512): label vector of unit length, or zero for a flat image.
    let labelVector: [Float]

    /// Computes what is compared; the crop is not kept. An offset which is not finite counts as none.
    package init(
        id: [UInt8],
        patient: [UInt8],
        series: [UInt8],
        offsetMillimeters: Double?,
        crop: LungCrop
    ) {
        self.id = id
        self.patient = patient
        self.series = series
        self.offsetMillimeters = offsetMillimeters.flatMap { $0.isFinite ? $0 : nil }
        outlinePlanes =
            cellMeans(of: crop.left, side: LungCrop.side, cell: 4)
            + cellMeans(of: crop.right, side: LungCrop.side, cell: 4)
        let vector = Orientation.labelVector(of: crop)
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        labelVector = norm > 1e-8 ? vector.map { $0 / norm } : vector
    }
}

/// How similar two slices look before any smoothing or ranking.
///
/// - Returns: `outline`: mean over both lungs of the soft Dice of their masks, 0...1; `detail`: cosine of the label
///   vectors, 0...1.
package func rawSimilarity(_ a: LabelingMember, _ b: LabelingMember) -> (outline: Float, detail: Float) {
    let lungs = [softDice(a, b, lung: 0), softDice(a, b, lung: 1)]
    let detail = zip(a.labelVector, b.labelVector).reduce(0) { $0 + $1.0 * $1.1 }
    return ((lungs[0] + lungs[1]) / 2, detail)
}

private func softDice(_ a: LabelingMember, _ b: LabelingMember, lung: Int) -> Float {
    let plane = lung * outlinePlaneCount..<(lung + 1) * outlinePlaneCount
    var (product, squares): (Float, Float) = (0, 0)
    for place in plane {
        let (left, right) = (a.outlinePlanes[place], b.outlinePlanes[place])
        product += left * right
        squares += left * left + right * right
    }
    return (2 * product + 1) / (squares + 1)
}

/// Cells of one mask plane.
let outlinePlaneCount = 32 * 32
