/// Which of two masks each pixel is nearer to, by Euclidean distance.
///
/// Keeps each pixel's distance to both masks within its own column; a pixel then looks to both sides until no
/// column farther out can hold anything nearer. It is asked about the rims of two lungs only, which lie near
/// one of them, so it ends after a few columns where a whole distance transform would visit every pixel
/// twice.
struct Parting: Sendable {
    private var columns = 0
    private var toLeft: [UInt16] = []
    private var toRight: [UInt16] = []

    /// Farther away than any pixel. Larger planes are answered less exactly beyond this distance.
    private static let far = UInt16(30_000)

    /// Takes two masks of one size.
    mutating func take(left: Plane, right: Plane) {
        precondition(left.rows == right.rows && left.columns == right.columns)
        columns = left.columns
        Self.measure(left, into: &toLeft)
        Self.measure(right, into: &toRight)
    }

    /// Whether a pixel is as near to the left mask as to the right one, or nearer.
    func isLeft(x: Int, y: Int) -> Bool {
        let row = y * columns
        var (nearestLeft, nearestRight) = (Int.max, Int.max)
        var offset = 0
        while offset * offset <= min(nearestLeft, nearestRight), offset < columns {
            if x >= offset { look(row + x - offset, offset, &nearestLeft, &nearestRight) }
            if x + offset < columns { look(row + x + offset, offset, &nearestLeft, &nearestRight) }
            offset += 1
        }
        return nearestLeft <= nearestRight
    }

    /// Takes a pixel `offset` columns away into the least squared distances to both masks.
    @inline(__always)
    private func look(_ place: Int, _ offset: Int, _ left: inout Int, _ right: inout Int) {
        let (a, b) = (Int(toLeft[place]), Int(toRight[place]))
        left = min(left, a * a + offset * offset)
        right = min(right, b * b + offset * offset)
    }

    /// (rows x columns): distance to the nearest 1 in the same column, or `far`.
    private static func measure(_ plane: Plane, into steps: inout [UInt16]) {
        let (rows, columns) = (plane.rows, plane.columns)
        steps.removeAll(keepingCapacity: true)
        steps.append(contentsOf: repeatElement(far, count: rows * columns))
        var runs = steps.mutableSpan
        for y in 0..<rows {
            let start = y * columns
            if y > 0 {
                for x in 0..<columns { runs[start + x] = min(runs[start - columns + x] + 1, far) }
            }
            for word in 0..<plane.stride {
                var bits = plane.words[plane.origin + y * plane.stride + word]
                while bits != 0 {
                    runs[start + 64 * word + bits.trailingZeroBitCount] = 0
                    bits &= bits - 1
                }
            }
        }
        for y in stride(from: rows - 2, through: 0, by: -1) {
            let start = y * columns
            for x in 0..<columns { runs[start + x] = min(runs[start + x], runs[start + columns + x] + 1) }
        }
    }
}
