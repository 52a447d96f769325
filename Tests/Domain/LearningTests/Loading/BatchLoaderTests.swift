import Learning
import LinearAlgebra
import Testing

private struct PlanFlaw: Error {}

@Suite("Loading of batches")
struct BatchLoaderTests {
    private static let shape = SampledShape(channels: 3, height: 32, width: 32)
    private static let sliceCount = 11

    private func slices() -> CompactSlices {
        var slices = CompactSlices(shape: Self.shape)
        for number in 0..<Self.sliceCount { slices.append(planes: planes(of: number)) }
        return slices
    }

    private func planes(of slice: Int) -> [[Float]] {
        let values = randomSlice(Self.shape, seed: UInt64(100 + slice))
        let size = Self.shape.planeSize
        return (0..<3).map { Array(values[$0 * size..<($0 + 1) * size]) }
    }

    private func maker(
        seed: UInt64 = 1,
        _ recipe: ViewRecipe = .detail,
        failingAt: Int = .max
    ) -> BatchMaker {
        let shape = Self.shape
        let views = [
            BatchView(
                recipe: recipe,
                inputs: [
                    BatchInput("detail", planes: 0..<3, of: shape),
                    BatchInput("mean", count: 1) { view, row in
                        var sum: Float = 0
                        for index in 0..<shape.planeSize { sum += view[index] }
                        row[0] = sum / Float(shape.planeSize)
                    },
                ]
            ),
            BatchView(
                slice: 1,
                recipe: recipe == .unchanged ? recipe : .outline,
                inputs: [BatchInput("outline", planes: 1..<3, of: shape, factor: 2, offset: -1)]
            ),
        ]
        return BatchMaker(slices: slices(), views: views, seed: seed) { number in
            if number == failingAt { throw PlanFlaw() }
            var generator = SeededGenerator(seed: 9, stream: UInt64(number))
            // Batches of several sizes, so that memory of one does not fit the other.
            return (0..<4 + number % 3).map { _ in
                BatchRow(generator.below(Self.sliceCount), generator.below(Self.sliceCount))
            }
        }
    }

    @Test("same bits for any threads and capacity, from any beginning", arguments: [1, 2, 3], [1, 2, 5])
    func sameBits(threadCount: Int, capacity: Int) throws {
        let maker = maker()
        for first in [0, 4] {
            let loader = BatchLoader(maker, from: first, capacity: capacity, threadCount: threadCount)
            for number in first..<first + 12 {
                let batch = try loader.next()
                // The same made alone, in memory of its own.
                #expect(try batch == maker.batch(number))
                loader.recycle(batch)
            }
        }
    }

    @Test("another seed gives other bits, another row too")
    func otherBits() throws {
        let (first, second) = (try maker(seed: 1).batch(0), try maker(seed: 2).batch(0))
        #expect(first.rows == second.rows)
        for name in ["detail", "outline", "mean"] { #expect(first.inputs[name] != second.inputs[name]) }
        #expect(try maker().batch(0) != maker().batch(1))
    }

    @Test("unchanged rows are the slices that the plan names")
    func contents() throws {
        let batch = try maker(.unchanged).batch(5)
        let detail = try #require(batch.inputs["detail"])
        let outline = try #require(batch.inputs["outline"])
        let means = try #require(batch.inputs["mean"])
        #expect(batch.number == 5 && batch.rows.count == 6 && means.count == 6)
        let size = Self.shape.planeSize
        for (row, source) in batch.rows.enumerated() {
            let first = planes(of: source.slices[0])
            #expect(Array(detail[row * 3 * size..<(row + 1) * 3 * size]) == first.flatMap { $0 })
            #expect(abs(means[row] - first[0].reduce(0, +) / Float(size)) < 1e-4)
            let masks = planes(of: source.slices[1]).dropFirst().flatMap { $0 }
            #expect(Array(outline[row * 2 * size..<(row + 1) * 2 * size]) == masks.map { $0 * 2 - 1 })
        }
    }

    @Test("a row is made of its place alone: that of the drawn view, whatever the others are")
    func rowAlone() throws {
        let (batch, shape) = (try maker().batch(3), Self.shape)
        let detail = try #require(batch.inputs["detail"])
        for (row, source) in batch.rows.enumerated() {
            let view = DrawnView(.detail, seed: 1, at: ViewPlace(batch: 3, row: row))
            let slice = planes(of: source.slices[0]).flatMap { $0 }
            var (result, scratch) = ([Float](repeating: .nan, count: shape.count), ViewScratch(for: shape))
            var span = result.mutableSpan
            view.apply(to: slice.span, shape: shape, into: &span, scratch: &scratch)
            #expect(Array(detail[row * shape.count..<(row + 1) * shape.count]) == result)
        }
    }

    @Test("an error of the plan ends the loading, after the batches before it")
    func failure() throws {
        let loader = BatchLoader(maker(failingAt: 2), capacity: 4, threadCount: 2)
        #expect(try loader.next().number == 0)
        #expect(try loader.next().number == 1)
        for _ in 0..<2 { #expect(throws: PlanFlaw.self) { try loader.next() } }
    }

    @Test("a canceled loading ends")
    func cancel() throws {
        let loader = BatchLoader(maker(), capacity: 2, threadCount: 2)
        _ = try loader.next()
        loader.cancel()
        #expect(throws: CancellationError.self) { try loader.next() }
        #expect(loader.waited >= .zero)
    }

    @Test("stored slices come back rounded to half precision")
    func halfPrecision() {
        var generator = SeededGenerator(seed: 6)
        var slices = CompactSlices(shape: SampledShape(channels: 2, height: 3, width: 5), imageCount: 2)
        let planes = (0..<2).map { _ in (0..<15).map { _ in generator.symmetric(2) } }
        slices.append(planes: planes)
        var found = [Float](repeating: .nan, count: 30)
        slices.write(0, into: &found)
        #expect(slices.count == 1)
        #expect(found == planes.flatMap { $0 }.map { Float(Float16($0)) })
    }
}
