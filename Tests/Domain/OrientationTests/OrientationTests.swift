import Lungs
import Orientation
import Testing

@Suite("Orientation of made-up images")
struct OrientationTests {
    private let side = LungCrop.side

    private func plane(_ value: (Int, Int) -> Float) -> [Float] {
        (0..<side * side).map { value($0 / side, $0 % side) }
    }

    private func crop(image: [Float], left: [Float], right: [Float]) throws -> LungCrop {
        try #require(LungCrop(image: image, left: left, right: right))
    }

    @Test("a ramp answers in its own direction's bin", arguments: 0..<8)
    func ramp(bin: Int) {
        // Slopes in the middle of each bin of 22.5 degrees: 11.25, 33.75 … degrees; tangents known.
        let tangents: [Float] = [0.19891, 0.66818, 1.49661, 5.02734]
        let slope = tangents[bin % 4]
        // Bins 4 to 7 are bins 0 to 3 turned by 90 degrees.
        let (across, down): (Float, Float) = bin < 4 ? (1, slope) : (-slope, 1)
        let image = plane { (Float($0) * down + Float($1) * across) / 1024 }
        let vector = hogVector(image: image)
        // An inner block: of its 32 numbers only the bin's four are not zero, each half of the unit length.
        let block = vector[(3 * 7 + 3) * 32..<(3 * 7 + 4) * 32]
        for (index, value) in block.enumerated() {
            #expect(abs(value - (index % 8 == bin ? 0.5 : 0)) < 1e-5)
        }
    }

    @Test("bounds between bins belong to the upper bin, and opposite gradients to one bin")
    func boundsOfBins() {
        func strongest(_ across: Float, _ down: Float) -> Int? {
            let vector = hogVector(image: plane { (Float($0) * down + Float($1) * across) / 1024 })
            let block = Array(vector[(3 * 7 + 3) * 32..<(3 * 7 + 3) * 32 + 8])
            return block.indices.max { block[$0] < block[$1] }
        }
        #expect(strongest(1, 0) == 0 && strongest(-1, 0) == 0)
        #expect(strongest(1, 1) == 2 && strongest(-1, -1) == 2)
        #expect(strongest(0, 1) == 4 && strongest(0, -1) == 4)
        #expect(strongest(-1, 1) == 6 && strongest(1, -1) == 6)
    }

    @Test("a flat image has no orientation at all")
    func flat() throws {
        let image = plane { _, _ in 0.5 }
        #expect(hogVector(image: image).allSatisfy { $0 == 0 })
        let crop = try crop(image: image, left: image, right: image)
        #expect(labelVector(of: crop).allSatisfy { $0 == 0 })
        #expect(hogVector(of: crop).count == hogCount && labelVector(of: crop).count == labelVectorCount)
    }

    @Test("orientation maps do not change with contrast where the gradient is strong")
    func contrast() {
        let image = plane { Float(($0 * 7 + $1 * 13) % 32) / 32 }
        let maps = orientationMaps(image: image, side: side, cell: 4, epsilon: 0.0001, window: 3)
        let doubled = orientationMaps(
            image: image.map { $0 * 2 },
            side: side,
            cell: 4,
            epsilon: 0.0001,
            window: 3
        )
        for (a, b) in zip(maps, doubled) { #expect(abs(a - b) < 1e-3) }
    }

    @Test("outline cells are the masks' means, left before right")
    func outline() throws {
        let left = plane { row, column in row < 8 && column < 4 ? 1 : 0 }
        let right = plane { row, column in row >= 120 && column >= 120 ? 1 : 0 }
        let cells = outlineCells(of: try crop(image: left, left: left, right: right))
        #expect(cells.count == 512)
        #expect(cells[0] == 0.5 && cells[511] == 1)
        #expect(cells.reduce(0, +) == 1.5)
    }

    @Test("density cells weigh the image by the mask")
    func density() throws {
        let image = plane { _, column in column < 64 ? 0.25 : 0.75 }
        let left = plane { row, _ in row < 64 ? 1 : 0 }
        let none = plane { _, _ in 0 }
        let cells = densityCells(of: try crop(image: image, left: left, right: none))
        #expect(cells.share[0] == 1 && cells.share[255] == 0)
        #expect(abs(cells.values[0] - 0.25 / 1.15) < 1e-6)
        #expect(abs(cells.values[15] - 0.75 / 1.15) < 1e-6)
        #expect(cells.values[255] == 0)
    }
}
