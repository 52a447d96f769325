import Foundation
import Lesions
import LinearAlgebra
import Lungs
import Testing

@Suite("Inserted lesions")
struct InsertedLesionTests {
    private static let textures: [LesionTexture] = [.solid, .groundGlass(strength: 0.3)]

    /// Row, column, grey value with the solid lesion and with ground glass, from `density.py`.
    private static let referenceValues: [(Int, Int, Float, Float)] = [
        (40, 60, 0.909_334_5, 0.623_560_6), (38, 62, 0.749_480_2, 0.578_995_9),
        (43, 60, 0.730_361_6, 0.561_654_6), (37, 58, 0.552_183_5, 0.489_576_9),
        (40, 64, 0.651_405_1, 0.555_445_9), (45, 66, 0.521_655_1, 0.520_376_9),
        (35, 55, 0.434_640_7, 0.433_608_1),
    ]

    /// The formulas over the whole picture in double precision, with no bound on the reach.
    private func slowly(_ lesion: InsertedLesion, on image: [Float]) -> [Double] {
        image.enumerated().map { pixel, grey in
            let (row, column) = pixel.quotientAndRemainder(dividingBy: LungCrop.side)
            let distance = hypot(Double(row) - Double(lesion.row), Double(column) - Double(lesion.column))
            let share = 1 / (1 + exp(-(Double(lesion.radius) - distance) / 0.8))
            let before = Double(grey)
            return switch lesion.texture {
            case .solid: max(before, share * 0.93 + (1 - share) * before)
            case .groundGlass(let strength): before + share * Double(strength) * (1 - before)
            }
        }
    }

    @Test("agree with the formulas over the whole picture", arguments: textures)
    func formulas(texture: LesionTexture) {
        var generator = SeededGenerator(seed: 3)
        let image = (0..<LungCrop.side * LungCrop.side).map { _ in Float(generator.unit()) }
        for _ in 0..<20 {
            let lesion = InsertedLesion(
                row: Float(generator.unit()) * 140 - 6,
                column: Float(generator.unit()) * 140 - 6,
                radius: 2 + 10 * Float(generator.unit()),
                texture: texture
            )
            let found = lesion.applied(to: image)
            let worst = zip(found, slowly(lesion, on: image)).map { abs(Double($0) - $1) }.max()
            // The share left out beyond the reach: 1 / (1 + e^10).
            #expect((worst ?? 1) < 5e-5)
        }
    }

    @Test("agree with the reference implementation at its values", arguments: [false, true])
    func reference(isSolid: Bool) {
        // A ramp from 0 to 1 along each row, a lesion of radius 3 around (40.25, 60.5).
        let image = (0..<LungCrop.side * LungCrop.side).map { Float($0 % LungCrop.side) / 127 }
        let lesion = InsertedLesion(
            row: 40.25,
            column: 60.5,
            radius: 3,
            texture: isSolid ? .solid : .groundGlass(strength: 0.3)
        )
        let found = lesion.applied(to: image)
        for (row, column, solid, glass) in Self.referenceValues {
            let expected = isSolid ? solid : glass
            #expect(abs(found[row * LungCrop.side + column] - expected) < 2e-6, "(\(row), \(column))")
        }
    }

    @Test("touch only the pixels near them, and none when they lie outside", arguments: textures)
    func reach(texture: LesionTexture) {
        let image = [Float](repeating: 0.25, count: LungCrop.side * LungCrop.side)
        let lesion = InsertedLesion(row: 20, column: 100, radius: 4, texture: texture)
        for (pixel, grey) in lesion.applied(to: image).enumerated() where grey != 0.25 {
            let (row, column) = pixel.quotientAndRemainder(dividingBy: LungCrop.side)
            #expect(abs(row - 20) <= 12 && abs(column - 100) <= 12)
        }
        for far: Float in [-1e30, -50, 200, 1e30] {
            let outside = InsertedLesion(row: far, column: far, radius: 4, texture: texture)
            #expect(outside.applied(to: image) == image)
        }
    }

    @Test("a solid one never makes a vessel darker; ground glass leaves what shows through in order")
    func order() throws {
        let crop = try madeUpCrop { _, column in column % 4 == 0 ? 0.96875 : 0.125 }
        let center = (row: 64, column: 34)
        let pixel = center.row * LungCrop.side + center.column
        let solid = InsertedLesion(row: 64, column: 34, radius: 6, texture: .solid).applied(to: crop)
        // Column 36 is a vessel, denser than a solid lesion; 34 is parenchyma.
        #expect(solid.image[pixel + 2] == 0.96875)
        #expect(abs(solid.image[pixel] - 0.93) < 2e-3)
        let texture = LesionTexture.groundGlass(strength: 0.3)
        let glass = InsertedLesion(row: 64, column: 34, radius: 6, texture: texture).applied(to: crop)
        #expect(glass.image[pixel + 2] > glass.image[pixel] && glass.image[pixel] > crop.image[pixel])
    }

    @Test("a crop stays rounded to half precision, its masks as they were")
    func crops() throws {
        let crop = try madeUpCrop()
        let lesion = InsertedLesion(row: 60.3, column: 33.7, radius: 5, texture: .groundGlass(strength: 0.3))
        let found = lesion.applied(to: crop)
        #expect(found.left == crop.left && found.right == crop.right && found.image != crop.image)
        #expect(found.image.allSatisfy { Float(Float16($0)) == $0 })
        let exact = lesion.applied(to: crop.image)
        #expect(zip(found.image, exact).allSatisfy { abs($0 - $1) <= 2.5e-4 })
    }
}
