import Learning
import LinearAlgebra
import Testing

@Suite("Spline basis")
struct SplineBasisTests {
    @Test("weights are those of the recursion", arguments: [1, 2, 4, 9, 11, 64, 128], [4, 5, 7, 12])
    func weightsAgree(size: Int, knots: Int) {
        let weights = SplineBasis(size: size, knots: knots).weights
        #expect(weights.rows == size && weights.columns == knots)
        for pixel in 0..<size {
            for knot in 0..<knots {
                let twin = WarpTwin.weight(of: knot, pixel, size, knots)
                #expect(abs(Double(weights[pixel, knot]) - twin) < 1e-7)
            }
        }
    }

    @Test("rows add up to 1, and no weight is negative")
    func rowsAddUp() {
        for size in [1, 2, 3, 7, 64, 100] {
            let weights = SplineBasis(size: size).weights
            for pixel in 0..<size {
                #expect(abs(weights.row(pixel).reduce(0, +) - 1) < 1e-6)
                #expect(weights.row(pixel).allSatisfy { $0 >= 0 })
                let acting = weights.row(pixel).count { $0 > 0 }
                #expect(acting <= 4)
            }
        }
    }

    @Test("control points on a line give the line")
    func linesAreKept() {
        let size = 64
        let weights = SplineBasis(size: size).weights
        for pixel in 0..<size {
            let value = (0..<7).reduce(Float(0)) { $0 + Float($1) * weights[pixel, $1] }
            // The curve starts at the second control point.
            #expect(abs(value - (1 + Float(4 * pixel) / Float(size - 1))) < 1e-5)
        }
    }

    @Test("a basis mirrored is the basis")
    func isSymmetric() {
        let weights = SplineBasis(size: 31).weights
        for pixel in 0..<31 {
            for knot in 0..<7 { #expect(abs(weights[pixel, knot] - weights[30 - pixel, 6 - knot]) < 1e-6) }
        }
    }
}
