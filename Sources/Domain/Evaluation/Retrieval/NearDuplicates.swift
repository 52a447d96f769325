import LinearAlgebra
import Lungs

/// Which slices are nearly the same picture, as a slice and a copy of it that was cut or compressed anew.
///
/// In public collections of pictures most "hits" of the same class are such copies, or neighboring slices of a patient whom
/// nothing names, and to find them proves nothing.
package struct NearDuplicates: Sendable {
    /// Pictures of 32 x 32 pixels, each minus its mean, whose cosine (their correlation) is above this are duplicates.
    ///
    /// Measured on the slices of `shared/data/ct`: none of the 29,091 pairs of different patients is above 0.92, every
    /// pair of the same position in two kernels is above 0.99, and half of the neighboring slices are above 0.978.
    package static let correlation: Float = 0.95

    /// (slices x slices), row-major.
    private let correlations: Matrix

    /// Compares all slices of a set with each other.
    package init(among set: EvaluationSet) {
        let thumbnails = set.slices.map { unit(centered(pooled($0.crop.image, side: thumbnailSide))) }
        let matrix = Matrix(stacking: thumbnails)
        self.correlations = multiply(matrix, transposed: false, matrix, transposed: true)
    }

    /// Whether two slices are nearly the same picture.
    package func contains(_ one: Int, _ other: Int) -> Bool {
        self.correlations[one, other] > Self.correlation
    }
}
