import Foundation
import LinearAlgebra
import Testing

/// Against twins in double precision, written from the definitions, with angles where the kernels have none.
@Suite("Gradients and cells")
struct GradientTests {
    private func picture(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        // Half of it flat, where rounding would show.
        return (0..<count).map { $0 % (count / 2) < count / 4 ? Float(generator.unit()) : 0.5 }
    }

    private static let planes = [
        (1, 1, 1), (6, 4, 2), (12, 20, 4), (16, 24, 8), (9, 15, 3), (4, 1_204, 2), (8, 1_200, 4), (5, 515, 5),
        (256, 512, 256),
    ]

    @Test("cell means are those of the definition, however wide the plane", arguments: planes)
    func means(height: Int, width: Int, cell: Int) {
        var generator = SeededGenerator(seed: 2)
        let plane = (0..<height * width).map { _ in Float(generator.unit()) - 0.3 }
        var means = [Float](repeating: .nan, count: (height / cell) * (width / cell))
        var span = means.mutableSpan
        writeCellMeans(into: &span, plane: plane.span, height: height, width: width, cell: cell)
        for (index, mean) in means.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: width / cell)
            var sum = 0.0
            for y in row * cell..<(row + 1) * cell {
                for x in column * cell..<(column + 1) * cell { sum += Double(plane[y * width + x]) }
            }
            #expect(abs(Double(mean) - sum / Double(cell * cell)) < 2e-6)
        }
    }

    private static let maps = [
        (1, 1, 1), (2, 1, 3), (7, 1, 3), (16, 1, 15), (33, 1, 15), (5, 1, 15), (32, 4, 3), (24, 2, 5),
        (18, 3, 3), (64, 8, 1),
    ]

    @Test("orientation maps are those of the definition", arguments: maps)
    func orientations(side: Int, cell: Int, window: Int) {
        let image = Array(picture(max(4, side * side), seed: UInt64(side)).prefix(side * side))
        let cells = side / cell
        var maps = [Float](repeating: .nan, count: 8 * cells * cells)
        var span = maps.mutableSpan
        writeOrientationMaps(
            into: &span,
            image: image.span,
            side: side,
            cell: cell,
            epsilon: 0.05,
            window: window
        )
        let twin = Self.orientationTwin(image, side: side, cell: cell, window: window)
        let worst = zip(maps, twin).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < 3e-6)
        #expect(maps.allSatisfy { $0 >= 0 })
    }

    private static func orientationTwin(_ image: [Float], side: Int, cell: Int, window: Int) -> [Double] {
        func clamped(_ place: Int, _ side: Int) -> Int { min(max(place, 0), side - 1) }
        func pixel(_ y: Int, _ x: Int) -> Double { Double(image[clamped(y, side) * side + clamped(x, side)]) }
        let cells = side / cell
        var maps = [Double](repeating: 0, count: 8 * cells * cells)
        for y in 0..<side {
            for x in 0..<side {
                let (across, down) = (pixel(y, x + 1) - pixel(y, x - 1), pixel(y + 1, x) - pixel(y - 1, x))
                let square = across * across + down * down
                // The kernel's small constant, by which a gradient of rounding size fades.
                let (damping, length) = (square / (square + 1e-8), square / (square + 1e-8).squareRoot())
                for channel in 0..<8 {
                    let angle = atan2(down, across) - Double(channel) * .pi / 8
                    let response = pow(max(0, cos(2 * angle) * damping), 4) * length
                    maps[(channel * cells + y / cell) * cells + x / cell] += response / Double(cell * cell)
                }
            }
        }
        func energy(_ y: Int, _ x: Int) -> Double {
            let place = clamped(y, cells) * cells + clamped(x, cells)
            return (0..<8).reduce(0) {
                $0 + maps[$1 * cells * cells + place] * maps[$1 * cells * cells + place]
            }
        }
        let reach = window / 2
        var result = maps
        for y in 0..<cells {
            for x in 0..<cells {
                var sum = 0.0
                for a in -reach...reach { for b in -reach...reach { sum += energy(y + a, x + b) } }
                let factor = 1 / ((sum / Double(window * window)).squareRoot() + 0.05)
                for channel in 0..<8 { result[(channel * cells + y) * cells + x] *= factor }
            }
        }
        return result
    }

    @Test(
        "histograms are those of the angles",
        arguments: [(16, 16), (32, 8), (12, 3), (600, 300), (2, 1), (1, 1)]
    )
    func histograms(side: Int, cell: Int) {
        let image = Array(picture(max(4, side * side), seed: 3).prefix(side * side))
        let found = gradientHistograms(of: image.span, side: side, cell: cell)
        let cells = side / cell
        var expected = [Double](repeating: 0, count: cells * cells * 8)
        func difference(_ place: Int, _ at: Int, _ step: Int) -> Double {
            place > 0 && place < side - 1 ? Double(image[at + step]) - Double(image[at - step]) : 0
        }
        for y in 0..<side {
            for x in 0..<side {
                let (across, down) = (difference(x, y * side + x, 1), difference(y, y * side + x, side))
                let turns = (atan2(down, across) / .pi + 2).truncatingRemainder(dividingBy: 1)
                let bin = Int(turns * 8) % 8
                let place = ((y / cell) * cells + x / cell) * 8 + bin
                expected[place] += hypot(across, down) / Double(cell * cell)
            }
        }
        // Random differences lie on no bound between bins.
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test("directions that are multiples of 45 degrees lie in the upper bin")
    func bounds() {
        for (across, down, bin) in [(1, 0, 0), (1, 1, 2), (0, 1, 4), (-1, 1, 6)] as [(Float, Float, Int)] {
            for sign in [Float(1), -1] {
                let image = (0..<576).map { sign * (Float($0 % 24) * across + Float($0 / 24) * down) / 64 }
                let histograms = gradientHistograms(of: image.span, side: 24, cell: 8)
                // The middle one of nine cells: at the picture's edge one part of the gradient is zero.
                #expect(histograms[32..<40].enumerated().allSatisfy { ($1 > 0) == ($0 == bin) })
            }
        }
    }
}
