/// Sums of the boxes of a square plane, each by four numbers of its integral image (Crow, "Summed-area tables for texture
/// mapping", 1984).
struct BoxSums {
    private let side: Int
    /// (side + 1) x (side + 1): the sum of all that lies above and to the left.
    private let integral: [Float]

    /// - Parameter plane: (side x side), row-major.
    init(of plane: Span<Float>, side: Int) {
        precondition(plane.count == side * side, "not a square plane")
        self.side = side
        let width = side + 1
        var integral = [Float](repeating: 0, count: width * width)
        for row in 0..<side {
            var line: Float = 0
            for column in 0..<side {
                line += plane[row * side + column]
                integral[(row + 1) * width + column + 1] = integral[row * width + column + 1] + line
            }
        }
        self.integral = integral
    }

    /// The sum of the box that reaches so many cells to each side, as far as it lies in the plane.
    func sum(row: Int, column: Int, reach: Int) -> Float {
        let width = side + 1
        let (top, bottom) = (max(0, row - reach) * width, min(side, row + reach + 1) * width)
        let (left, right) = (max(0, column - reach), min(side, column + reach + 1))
        return integral[bottom + right] - integral[top + right] - integral[bottom + left]
            + integral[top + left]
    }
}
