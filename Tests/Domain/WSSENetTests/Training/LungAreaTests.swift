import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

@Suite("Lung areas")
struct LungAreaTests {
    @Test("have the pixels that are lung, and in common those that are lung in both")
    func common() throws {
        let views = try (0..<2).map {
            EncoderInputs.view(try madeUpCrop(level: 0.2 + 0.5 * Float($0), seed: 1))
        }
        let pixels = views.map { RandomLesion.lungPixels(of: $0) }
        let areas = views.map { LungArea(of: $0) }
        #expect(pixels[0] != pixels[1] && pixels[0].count > 500)
        for place in 0..<2 { #expect(areas[place].pixels(common: areas[place]) == pixels[place]) }
        #expect(areas[0].pixels(common: areas[1]) == pixels[0].filter(Set(pixels[1]).contains))
    }

    @Test("sums of boxes are those of their cells")
    func boxes() {
        let side = 9
        var generator = SeededGenerator(seed: 2)
        let plane = (0..<side * side).map { _ in Float(generator.below(100)) }
        let sums = BoxSums(of: plane.span, side: side)
        for row in 0..<side {
            for column in 0..<side {
                for reach in 0..<4 {
                    var sum: Float = 0
                    for y in max(0, row - reach)...min(side - 1, row + reach) {
                        for x in max(0, column - reach)...min(side - 1, column + reach) {
                            sum += plane[y * side + x]
                        }
                    }
                    #expect(sums.sum(row: row, column: column, reach: reach) == sum)
                }
            }
        }
    }
}
