internal import LinearAlgebra

/// A rotation of each part on its own, so that the values which vary most come first: their codes say most about a
/// distance (principal components, Pearson 1901).
///
/// Bounds need no exact rotation. For any matrix B, |B (q − x)| ≤ ‖B‖ |q − x|, so a distance between images is a bound
/// on the distance as long as ‖B‖ is known: `norm` is at least that of each part's matrix.
final class RotatedBasis: Sendable {
    let layout: CodeLayout
    /// (C), the part of each code position.
    let partOf: [UInt16]
    /// (S x C), from padded rows to code positions; columns without a value are zero.
    let matrix: Matrix
    /// At least the spectral norm of each part's matrix.
    let norm: Double
    /// A computed image is off by at most this times the vector's length.
    let projectionError: Float

    /// Values of a part above which it is not rotated: finding the components would take too long.
    private static let rotatedPartMaximum = 512

    /// Finds the components of a sample.
    ///
    /// - Parameter sample: (N, S), padded rows; may be empty.
    init(layout parts: PartLayout, sample: Matrix) {
        let layout = CodeLayout(parts)
        var components: [(variance: Double, part: Int, start: Int, weights: [Double])] = []
        var excess = 0.0
        var start = 0
        for (part, size) in parts.parts.enumerated() {
            let found =
                size <= Self.rotatedPartMaximum
                ? Self.components(of: sample, start: start, size: size) : Self.unchanged(size)
            excess = max(excess, Self.normExcess(found.vectors))
            for (variance, vector) in zip(found.variances, found.vectors) {
                components.append((variance, part, start, vector))
            }
            start = Int(parts.ends[part])
        }
        let ranked = components.indices.sorted {
            (-components[$0].variance, $0) < (-components[$1].variance, $1)
        }
        var partOf = [UInt16](repeating: 0, count: layout.positionCount)
        var matrix = Matrix(rows: parts.stride, columns: layout.positionCount)
        for (rank, index) in ranked.enumerated() {
            let component = components[index]
            let position = layout.position(ofRank: rank)
            partOf[position] = UInt16(component.part)
            for (offset, weight) in component.weights.enumerated() {
                matrix[component.start + offset, position] = Float(weight)
            }
        }
        self.layout = layout
        self.partOf = partOf
        self.matrix = matrix
        // Rounding the components to float changes the norm by less than 2⁻²⁴ √n; twice that for good measure.
        let largest = Double(parts.parts.max() ?? 1)
        self.norm = (1 + excess).squareRoot() + 0x1p-22 * largest.squareRoot()
        // γ = (n + 2) u for each of up to n sums of n products; once more for the difference to a center.
        self.projectionError = Float(2 * (largest + 4) * 0x1p-24 * largest.squareRoot() * self.norm)
    }

    init(
        layout: CodeLayout,
        partOf: [UInt16],
        matrix: Matrix,
        norm: Double,
        projectionError: Float
    ) {
        self.layout = layout
        self.partOf = partOf
        self.matrix = matrix
        self.norm = norm
        self.projectionError = projectionError
    }

    /// The image (C) of one padded row.
    func image(of row: [Float]) -> [Float] {
        var image = [Float](repeating: 0, count: self.layout.positionCount)
        addDense(row, weights: self.matrix, to: &image)
        return image
    }

    /// The images (N, C) of padded rows (N, S).
    func images(of rows: Matrix) -> Matrix { multiply(rows, self.matrix) }

    /// One variance and one vector for each value of a part, largest variance first.
    private static func components(
        of sample: Matrix,
        start: Int,
        size: Int
    ) -> (variances: [Double], vectors: [[Double]]) {
        guard sample.rows > 1 else { return Self.unchanged(size) }
        var mean = [Double](repeating: 0, count: size)
        for row in 0..<sample.rows {
            for column in 0..<size { mean[column] += Double(sample[row, start + column]) }
        }
        mean = mean.map { $0 / Double(sample.rows) }
        var centered = [Double](repeating: 0, count: sample.rows * size)
        for row in 0..<sample.rows {
            for column in 0..<size {
                centered[row * size + column] = Double(sample[row, start + column]) - mean[column]
            }
        }
        let covariance = columnProducts(centered, rows: sample.rows, columns: size)
        let found = largestEigenvectors(ofSymmetric: covariance, side: size, count: size)
        return found.vectors.count == size ? (found.values, found.vectors) : Self.unchanged(size)
    }

    private static func unchanged(_ size: Int) -> (variances: [Double], vectors: [[Double]]) {
        let vectors = (0..<size).map { index in (0..<size).map { $0 == index ? 1.0 : 0.0 } }
        return (Array(repeating: 0, count: size), vectors)
    }

    /// An upper bound on ‖V Vᵀ − 1‖ for vectors V: its Frobenius norm; 0 for unit axes.
    private static func normExcess(_ vectors: [[Double]]) -> Double {
        guard let size = vectors.first?.count, size <= Self.rotatedPartMaximum else { return 0 }
        let products = rowProducts(vectors.flatMap { $0 }, rows: vectors.count, columns: size)
        var sum = 0.0
        for row in vectors.indices {
            for column in vectors.indices {
                let excess = products[row * vectors.count + column] - (row == column ? 1 : 0)
                sum += excess * excess
            }
        }
        return sum.squareRoot()
    }
}
