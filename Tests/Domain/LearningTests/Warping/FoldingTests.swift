import Learning
import LinearAlgebra
import Testing

@Suite("Folding")
struct FoldingTests {
    private let grid = SamplingGrid(rows: 32, columns: 48)

    private func smallest(affine: [Float], displacements: [Float]? = nil) -> Float {
        if let displacements {
            return grid.smallestDeterminant(
                of: grid.places(affine: affine.span, displacements: displacements.span)
            )
        }
        return grid.smallestDeterminant(of: grid.places(affine: affine.span))
    }

    @Test("the identity neither squeezes nor folds")
    func identity() {
        #expect(abs(smallest(affine: [0, 0, 0, 0, 0, 0]) - 1) < 1e-4)
    }

    @Test("an affine map has its determinant everywhere")
    func affine() {
        // (1.1 · 0.8 - 0.2 · -0.3), whatever the shift is.
        #expect(abs(smallest(affine: [0.1, 0.2, 0.5, -0.3, -0.2, 0]) - 0.94) < 1e-3)
        // A mirror turns all over.
        #expect(abs(smallest(affine: [-2, 0, 0, 0, 0, 0]) + 1) < 1e-3)
    }

    @Test("it finds the one control point that folds")
    func displacement() {
        // A control point moved to the right by more than two distances overtakes its neighbor.
        let distance: Float = 2 / 4
        for (share, folds) in [(Float(0.5), false), (3, true)] {
            var displacements = [Float](repeating: 0, count: 98)
            displacements[3 * 7 + 3] = share * distance
            let found = smallest(affine: [0, 0, 0, 0, 0, 0], displacements: displacements)
            #expect((found < 0) == folds)
            #expect(found < 1)
        }
    }

    @Test("it is the smallest of all triangles between neighbors")
    func triangles() {
        var generator = SeededGenerator(seed: 21)
        let displacements = (0..<98).map { _ in generator.symmetric(0.3) }
        let affine: [Float] = [0.1, 0, 0, 0, -0.1, 0]
        let twin = WarpTwin(
            shape: SampledShape(channels: 1, height: 1, width: 1),
            rows: 32,
            columns: 48,
            repeatsBorder: false,
            image: [0],
            affine: affine.doubled,
            displacements: displacements.doubled
        )
        // Each pixel with a neighbor to the right or left and one below or above.
        var least = Double.infinity
        for (sideways, upright) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
            for row in 0..<32 where (0..<32).contains(row + upright) {
                for column in 0..<48 where (0..<48).contains(column + sideways) {
                    let here = twin.place(row, column)
                    let across = twin.place(row, column + sideways)
                    let down = twin.place(row + upright, column)
                    let area =
                        (across.x - here.x) * (down.y - here.y) - (across.y - here.y) * (down.x - here.x)
                    // Towards the left or upwards the corner is seen mirrored.
                    least = min(least, Double(sideways * upright) * area)
                }
            }
        }
        let found = smallest(affine: affine, displacements: displacements)
        #expect(abs(Double(found) - least * 32 * 48 / 4) < 1e-3)
    }
}
