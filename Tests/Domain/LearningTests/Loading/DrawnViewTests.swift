import Learning
import LinearAlgebra
import Testing

@Suite("Drawn views")
struct DrawnViewTests {
    private static let square = SampledShape(channels: 3, height: 128, width: 128)
    private static let wide = SampledShape(channels: 4, height: 24, width: 40)

    private func applied(
        _ view: DrawnView,
        _ slice: [Float],
        _ shape: SampledShape,
        imageCount: Int = 1
    ) -> [Float] {
        // Rubbish at first, to see that all is overwritten.
        var result = [Float](repeating: .nan, count: shape.count)
        var scratch = ViewScratch(for: shape)
        var span = result.mutableSpan
        view.apply(to: slice.span, shape: shape, imageCount: imageCount, into: &span, scratch: &scratch)
        return result
    }

    private func views(_ recipe: ViewRecipe, count: Int) -> [DrawnView] {
        (0..<count).map { DrawnView(recipe, seed: 5, at: ViewPlace(batch: 3, row: $0)) }
    }

    @Test("are those of the slow twin", arguments: [ViewRecipe.detail, .outline], [0, 1, 2])
    func agree(recipe: ViewRecipe, imageCount: Int) {
        for (shape, count) in [(Self.square, 4), (Self.wide, 20)] {
            let slice = randomSlice(shape, seed: 1)
            for view in views(recipe, count: count) {
                let found = applied(view, slice, shape, imageCount: imageCount)
                let twin = ViewTwin(view: view, shape: shape, imageCount: imageCount).apply(to: slice)
                // Places of single precision are off by up to 64 · 2⁻²³ pixels, on noise from pixel to pixel.
                for (a, b) in zip(found, twin) { #expect(abs(Double(a) - b) < 5e-5) }
            }
        }
    }

    @Test("of an unchanged slice are the slice, bit by bit")
    func unchanged() {
        let slice = randomSlice(Self.square, seed: 2)
        for view in views(.unchanged, count: 3) {
            #expect(applied(view, slice, Self.square) == slice)
        }
    }

    @Test("leave images and masks within 0...1, and masks of ones full")
    func bounds() {
        var slice = randomSlice(Self.square, seed: 3).map { ($0 * 4).rounded() / 4 }
        for index in 2 * Self.square.planeSize..<slice.count { slice[index] = 1 }
        var strong = ViewRecipe.detail
        (strong.rotation, strong.shift, strong.noise, strong.offset) = (3, 1.5, 1, 0.5)
        for view in views(strong, count: 10) + views(.outline, count: 10) {
            let found = applied(view, slice, Self.square)
            #expect(found.allSatisfy { (0...1).contains($0) })
            #expect(found.suffix(Self.square.planeSize).allSatisfy { $0 > 1 - 1e-6 })
        }
    }

    @Test("stay within the recipe, reach near its ends, and are blurred as often as it says")
    func ranges() {
        let recipe = ViewRecipe.detail
        let drawn = views(recipe, count: 4000)
        func reaches(_ values: [Float], _ range: ClosedRange<Float>) -> Bool {
            let room = (range.upperBound - range.lowerBound) * 0.01
            let (low, high) = (values.min() ?? .nan, values.max() ?? .nan)
            return range.contains(low) && range.contains(high) && low < range.lowerBound + room
                && high > range.upperBound - room
        }
        #expect(reaches(drawn.map(\.rotation), -0.05...0.05))
        #expect(reaches(drawn.map(\.scale.x), 0.97044...1.03046))
        #expect(reaches(drawn.map { $0.scale.y / $0.scale.x }, 0.96078...1.04082))
        #expect(reaches(drawn.map(\.shift.x), -0.025...0.025))
        #expect(reaches(drawn.map(\.shift.y), -0.025...0.025))
        #expect(reaches(drawn.map(\.curve), -0.15...0.15))
        #expect(reaches(drawn.map(\.gain), 0.90483...1.10518))
        #expect(reaches(drawn.map(\.offset), -0.04...0.04))
        #expect(reaches(drawn.map(\.noise), 0...0.06))
        // Four standard errors.
        #expect(abs(Float(drawn.count { $0.isBlurred }) / 4000 - 0.4) < 0.031)
    }

    @Test("differ by seed, batch, row and view, and by nothing else")
    func places() {
        let place = ViewPlace(batch: 7, row: 8, view: 9)
        let view = DrawnView(.detail, seed: 1, at: place)
        #expect(view == DrawnView(.detail, seed: 1, at: place))
        #expect(view != DrawnView(.detail, seed: 2, at: place))
        for other in [(8, 8, 9), (7, 9, 9), (7, 8, 8)] {
            let place = ViewPlace(batch: other.0, row: other.1, view: other.2)
            let drawn = DrawnView(.detail, seed: 1, at: place)
            #expect(drawn.rotation != view.rotation && drawn.noiseSeed != view.noiseSeed)
        }
        // Another range of one number moves no other.
        var recipe = ViewRecipe.detail
        recipe.rotation = 0
        let still = DrawnView(recipe, seed: 1, at: place)
        #expect(still.rotation == 0)
        #expect(still.shift == view.shift && still.noise == view.noise && still.noiseSeed == view.noiseSeed)
    }

    @Test("turn by a quarter what is turned by a quarter")
    func direction() {
        // A bright pixel right of the middle: seen after a quarter turn of the place that is looked at.
        let shape = SampledShape(channels: 1, height: 5, width: 5)
        var slice = [Float](repeating: 0, count: 25)
        slice[2 * 5 + 4] = 1
        var generator = SeededGenerator(seed: 1)
        var quarter = DrawnView(ViewRecipe(rotation: .pi / 2), from: &generator)
        while abs(quarter.rotation - .pi / 2) > 0.01 {
            quarter = DrawnView(ViewRecipe(rotation: .pi / 2), from: &generator)
        }
        let found = applied(quarter, slice, shape, imageCount: 0)
        // Positive turns against the clock: what was right is now above.
        #expect(found[2] > 0.9 && found[2 * 5 + 4] < 0.1)
    }
}
