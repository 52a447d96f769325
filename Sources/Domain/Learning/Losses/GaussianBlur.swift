private import Glibc
private import LinearAlgebra

/// A Gaussian blur that knows nothing beyond the edges: zeros lie there, so images become darker near them.
package struct GaussianBlur: Sendable {
    /// Standard deviation in pixels.
    package let sigma: Float
    /// (R + 1): weights at 0...R pixels, before the division.
    private let weights: [Float]

    /// Cut where pixels are further away than three standard deviations and one more.
    package init(sigma: Float) {
        precondition(sigma > 0, "a blur has a width")
        self.sigma = sigma
        let radius = Int(3 * sigma + 1)
        weights = (0...radius).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
    }

    /// Blurs one channel of each image.
    package func blur(_ images: inout ImageBatch, channel: Int) {
        let (height, width) = (images.shape.height, images.shape.width)
        let (down, across) = (factors(height), factors(width))
        for item in 0..<images.count {
            let range = images.range(of: item, channel: channel)
            let plane = Matrix(rows: height, columns: width, values: Array(images.values[range]))
            images.values.replaceSubrange(range, with: multiply(multiply(down, plane), across).values)
        }
    }

    /// (size x size), symmetric: what each pixel takes from each, divided by the largest sum of a row.
    private func factors(_ size: Int) -> Matrix {
        var factors = Matrix(rows: size, columns: size)
        var largest: Float = 0
        for row in 0..<size {
            var sum: Float = 0
            for column in 0..<size where abs(row - column) < weights.count {
                factors[row, column] = weights[abs(row - column)]
                sum += weights[abs(row - column)]
            }
            largest = max(largest, sum)
        }
        for index in factors.values.indices { factors.values[index] /= largest }
        return factors
    }
}
