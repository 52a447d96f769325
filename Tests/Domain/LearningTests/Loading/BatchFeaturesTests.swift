import Learning
import LinearAlgebra
import Testing

/// What several inputs are made of, and slices that are changed before they are seen.
@Suite("Features and changes of batches")
struct BatchFeaturesTests {
    private static let shape = SampledShape(channels: 2, height: 8, width: 8)
    private static let rows = [BatchRow(0), BatchRow(2), BatchRow(1)]

    private func slices() -> CompactSlices {
        var slices = CompactSlices(shape: Self.shape)
        for number in 0..<3 {
            let values = randomSlice(Self.shape, seed: UInt64(number))
            slices.append(planes: [Array(values[..<64]), Array(values[64...])])
        }
        return slices
    }

    private func stored(_ number: Int) -> [Float] {
        var values = [Float](repeating: 0, count: Self.shape.count)
        slices().write(number, into: &values)
        return values
    }

    /// Means of the rows of the first plane.
    private static let means = BatchInput("means", count: 8) { view, row in
        for y in 0..<8 {
            var sum: Float = 0
            for x in 0..<8 { sum += view[8 * y + x] }
            row[y] = sum / 8
        }
    }

    private static let inputs = [
        BatchInput("doubled", count: 8, of: .features) { features, row in
            for index in row.indices { row[index] = 2 * features[index] }
        },
        BatchInput("least", count: 1, of: .features) { features, row in
            row[0] = features[0]
            for index in 1..<features.count { row[0] = min(row[0], features[index]) }
        },
        BatchInput("second", planes: 1..<2, of: shape),
    ]

    private func batch(_ recipe: ViewRecipe = .unchanged, _ change: BatchMaker.Change? = nil) throws -> Batch
    {
        let view = BatchView(recipe: recipe, features: Self.means, inputs: Self.inputs)
        let maker = BatchMaker(slices: slices(), views: [view], seed: 4, change: change) { _ in Self.rows }
        return try maker.batch(6)
    }

    @Test("inputs are made of each row's own features, and of the view where they say nothing")
    func features() throws {
        let batch = try self.batch()
        let (doubled, least) = (try #require(batch.inputs["doubled"]), try #require(batch.inputs["least"]))
        let second = try #require(batch.inputs["second"])
        #expect(batch.inputs.keys.sorted() == ["doubled", "least", "second"])
        for (row, source) in Self.rows.enumerated() {
            let slice = stored(source.slices[0])
            let means = (0..<8).map { y in slice[8 * y..<8 * y + 8].reduce(0, +) / 8 }
            #expect(Array(doubled[8 * row..<8 * row + 8]) == means.map { 2 * $0 })
            #expect(least[row] == means.min())
            #expect(Array(second[64 * row..<64 * row + 64]) == Array(slice[64...]))
        }
    }

    @Test("features are those of the changed view")
    func changedView() throws {
        let (plain, moved) = (try batch(), try batch(.detail))
        #expect(plain.inputs["doubled"] != moved.inputs["doubled"])
        let alone = BatchMaker(
            slices: slices(),
            views: [BatchView(recipe: .detail, inputs: [Self.means])],
            seed: 4
        ) { _ in Self.rows }
        #expect(try alone.batch(6).inputs["means"]?.map { $0 * 2 } == moved.inputs["doubled"])
    }

    @Test("a change sees the stored slice and its place, and moves nothing but what it changes")
    func change() throws {
        let slices = (0..<3).map { stored($0) }
        let batch = try self.batch(.detail) { slice, place, _ in
            // A wrong slice or place leaves the row as it is, and the comparison fails.
            guard slice == slices[Self.rows[place.row].slices[0]], place.batch == 6, place.view == 0
            else { return }
            for index in 64..<128 { slice[index] = Float(place.row) }
        }
        let plain = try self.batch(.detail)
        #expect(batch.inputs["doubled"] == plain.inputs["doubled"])
        let second = try #require(batch.inputs["second"])
        for row in 0..<3 {
            // A plane of one value is the same however it is turned.
            #expect(second[64 * row..<64 * row + 64].allSatisfy { abs($0 - Float(row)) < 1e-6 })
        }
    }

    @Test("several threads make the same bits")
    func threads() throws {
        let view = BatchView(recipe: .detail, features: Self.means, inputs: Self.inputs)
        let maker = BatchMaker(
            slices: slices(),
            views: [view],
            seed: 4,
            change: { slice, place, _ in slice[place.row] = 1 },
            plan: { number in (0..<1 + number % 3).map { BatchRow($0) } }
        )
        let loader = BatchLoader(maker, threadCount: 3)
        for number in 0..<9 {
            let batch = try loader.next()
            #expect(try batch == maker.batch(number))
            loader.recycle(batch)
        }
    }
}
