package import Learning
package import LinearAlgebra
package import Lungs

/// The slices of one side of a data set, with the labels of all their pairs.
package struct TrainingSet: Sendable {
    /// The slices as views: (3, 128, 128) each.
    package let slices: CompactSlices
    /// (n): patient of each slice.
    package let patients: [[UInt8]]
    /// (n x n), 0...1: similarity of outlines; 1 on the diagonal.
    package let outline: Matrix
    /// (n x n), 0...1: similarity of what is inside.
    package let detail: Matrix
    /// (n x n), 0...1: similarity of where it is dense.
    package let density: Matrix

    /// Number of slices.
    package var count: Int { slices.count }

    /// Takes slices and labels; the matrices are (n x n).
    package init(crops: [LungCrop], patients: [[UInt8]], outline: Matrix, detail: Matrix, density: Matrix) {
        precondition(crops.count == patients.count, "not a patient for each slice")
        for labels in [outline, detail, density] {
            precondition(
                labels.rows == crops.count && labels.columns == crops.count,
                "labels of other slices"
            )
        }
        var slices = CompactSlices(shape: EncoderInputs.viewShape)
        for crop in crops { slices.append(planes: [crop.image, crop.left, crop.right]) }
        self.slices = slices
        self.patients = patients
        (self.outline, self.detail, self.density) = (outline, detail, density)
    }

    /// One slice's view, unchanged: (3, 128, 128).
    func view(_ index: Int) -> [Float] {
        var view = [Float](repeating: 0, count: EncoderInputs.viewShape.count)
        slices.write(index, into: &view)
        return view
    }
}
