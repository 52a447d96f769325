import Lesions
import LinearAlgebra
import Lungs
import Testing

@Suite("Inserted consolidations")
struct InsertedConsolidationTests {
    private func drawn(seed: UInt64, row: Float = 80, column: Float = 36) -> InsertedConsolidation {
        var generator = SeededGenerator(seed: seed)
        return InsertedConsolidation(row: row, column: column, radius: 12, generator: &generator)
    }

    /// The pixels that became dense.
    private func dense(_ crop: LungCrop) -> Set<Int> {
        Set(crop.image.indices.filter { crop.left[$0] + crop.right[$0] > 0.9 && crop.image[$0] > 0.7 })
    }

    @Test("are one dense region of about their radius around their center", arguments: UInt64(0)..<10)
    func region(seed: UInt64) throws {
        let found = dense(drawn(seed: seed).applied(to: try madeUpCrop()))
        let start = 80 * LungCrop.side + 36
        var (reached, next): (Set<Int>, [Int]) = ([start], [start])
        while let pixel = next.popLast() {
            for near in [pixel - 1, pixel + 1, pixel - LungCrop.side, pixel + LungCrop.side]
            where found.contains(near) && reached.insert(near).inserted {
                next.append(near)
            }
        }
        #expect(reached.count == found.count, "in one piece")
        // The first disc alone has 222 pixels; all lie within 1.5 radii, 1018 pixels.
        #expect((200...800).contains(found.count))
    }

    @Test("stay inside the lung, and leave the other lung as it is")
    func insideLung() throws {
        let crop = try madeUpCrop()
        // At the lung's inner edge.
        let found = drawn(seed: 4, column: 56).applied(to: crop)
        for pixel in crop.image.indices where crop.left[pixel] == 0 {
            #expect(found.image[pixel] == crop.image[pixel])
        }
        #expect(dense(found).count > 60)
    }

    @Test("are the same for the same seed at another place, and others for another seed")
    func seeded() throws {
        let crop = try madeUpCrop()
        let one = dense(drawn(seed: 1).applied(to: crop))
        var moved = drawn(seed: 1)
        moved.row -= 10
        moved.column -= 1
        let shifted = Set(one.map { $0 - 10 * LungCrop.side - 1 })
        #expect(dense(moved.applied(to: crop)) == shifted)
        #expect(drawn(seed: 1) == drawn(seed: 1))
        #expect(dense(drawn(seed: 2).applied(to: crop)) != one)
    }

    @Test("have no round outline")
    func irregular() throws {
        var filled: [Double] = []
        for seed in UInt64(0)..<20 {
            let found = dense(drawn(seed: seed).applied(to: try madeUpCrop()))
            let rows = found.map { $0 / LungCrop.side }
            let columns = found.map { $0 % LungCrop.side }
            let height = (rows.max() ?? 0) - (rows.min() ?? 0) + 1
            let width = (columns.max() ?? 0) - (columns.min() ?? 0) + 1
            filled.append(Double(found.count) / Double(height * width))
        }
        // A disc fills 0.785 of its box.
        #expect(filled.reduce(0, +) / 20 < 0.75)
        #expect((filled.max() ?? 0) - (filled.min() ?? 0) > 0.08)
    }
}
