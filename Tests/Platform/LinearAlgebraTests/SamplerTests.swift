import LinearAlgebra
import Testing

/// Sampling in double precision, written from its definition, one place at a time: slow, and the judge of the
/// kernels.
private struct SlowSampler {
    let shape: SampledShape
    let border: SampledBorder
    var image: [Double]
    var places: [Double]

    private func pixel(_ channel: Int, _ row: Int, _ column: Int) -> Double {
        guard (0..<shape.height).contains(row), (0..<shape.width).contains(column) else { return 0 }
        return image[(channel * shape.height + row) * shape.width + column]
    }

    private func position(_ coordinate: Double, _ side: Int) -> Double {
        let position = (coordinate + 1) * Double(side) / 2 - 0.5
        return border == .repeated ? min(max(position, 0), Double(side - 1)) : position
    }

    func samples() -> [Double] {
        (0..<shape.channels).flatMap { channel in
            (0..<places.count / 2).map { index in
                let x = position(places[2 * index], shape.width)
                let y = position(places[2 * index + 1], shape.height)
                let (column, row) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
                let (right, lower) = (x - Double(column), y - Double(row))
                let rows = [row, row + 1].map { row in
                    (1 - right) * pixel(channel, row, column) + right * pixel(channel, row, column + 1)
                }
                return (1 - lower) * rows[0] + lower * rows[1]
            }
        }
    }

    /// The loss Σ upstream · sample.
    func loss(_ upstream: [Float]) -> Double {
        zip(samples(), upstream).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
}

private func random(_ count: Int, _ bound: Float, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in generator.symmetric(bound) }
}

private func samples(
    _ image: [Float],
    _ shape: SampledShape,
    _ border: SampledBorder,
    at places: [Float]
) -> [Float] {
    // Rubbish at first, to see that all is overwritten.
    var output = [Float](repeating: .nan, count: shape.channels * places.count / 2)
    var span = output.mutableSpan
    sample(into: &span, image: image.span, shape: shape, border: border, places: places.span)
    return output
}

@Suite("Bilinear sampling")
struct SamplerTests {
    private static let shapes = [
        SampledShape(channels: 3, height: 9, width: 11), SampledShape(channels: 1, height: 1, width: 1),
        SampledShape(channels: 2, height: 1, width: 7), SampledShape(channels: 2, height: 5, width: 1),
        SampledShape(channels: 0, height: 4, width: 4), SampledShape(channels: 1, height: 64, width: 64),
    ]

    @Test("samples are those of the slow twin", arguments: shapes, SampledBorder.allCases)
    func samplesAgree(shape: SampledShape, border: SampledBorder) {
        var generator = SeededGenerator(seed: 1)
        // Numbers of places around the size of a block.
        for count in [0, 1, 63, 64, 65, 200] {
            let image = random(shape.count, 1, &generator)
            let places = random(2 * count, 1.6, &generator)
            let twin = SlowSampler(
                shape: shape,
                border: border,
                image: image.map { Double($0) },
                places: places.map { Double($0) }
            )
            let found = samples(image, shape, border, at: places)
            // A coordinate of single precision is off by up to 64 · 2⁻²⁴ pixels, and so is the sample.
            for (a, b) in zip(found, twin.samples()) { #expect(abs(Double(a) - b) < 2e-5) }
        }
    }

    @Test("gradients are the twin's central differences", arguments: shapes.prefix(4), SampledBorder.allCases)
    func gradientsAgree(shape: SampledShape, border: SampledBorder) {
        var generator = SeededGenerator(seed: 2)
        let count = 70
        let image = random(shape.count, 1, &generator)
        let places = random(2 * count, 1.4, &generator)
        let upstream = random(shape.channels * count, 1, &generator)
        // Gradients by the image are added to what is there.
        var imageGradient = [Float](repeating: 0.5, count: shape.count)
        var imageSpan = imageGradient.mutableSpan
        addImageGradient(
            to: &imageSpan,
            shape: shape,
            border: border,
            places: places.span,
            upstream: upstream.span
        )
        var placeGradient = [Float](repeating: .nan, count: 2 * count)
        var placeSpan = placeGradient.mutableSpan
        writePlaceGradient(
            into: &placeSpan,
            image: image.span,
            shape: shape,
            border: border,
            places: places.span,
            upstream: upstream.span
        )
        let twin = SlowSampler(
            shape: shape,
            border: border,
            image: image.map { Double($0) },
            places: places.map { Double($0) }
        )
        func difference(_ path: WritableKeyPath<SlowSampler, [Double]>, _ index: Int) -> Double {
            var (above, below) = (twin, twin)
            above[keyPath: path][index] += 1e-6
            below[keyPath: path][index] -= 1e-6
            return (above.loss(upstream) - below.loss(upstream)) / 2e-6
        }
        for index in imageGradient.indices {
            #expect(abs(Double(imageGradient[index]) - 0.5 - difference(\.image, index)) < 1e-4)
        }
        for index in placeGradient.indices {
            #expect(abs(Double(placeGradient[index]) - difference(\.places, index)) < 1e-4)
        }
    }

    @Test("pixel centers give the pixels, bit by bit", arguments: SampledBorder.allCases)
    func centersAreExact(border: SampledBorder) {
        var generator = SeededGenerator(seed: 3)
        let shape = SampledShape(channels: 2, height: 16, width: 64)
        let image = random(shape.count, 1, &generator)
        func center(_ pixel: Int, _ side: Int) -> Float { Float(2 * pixel + 1) / Float(side) - 1 }
        let places = (0..<shape.planeSize).flatMap { index in
            [center(index % shape.width, shape.width), center(index / shape.width, shape.height)]
        }
        #expect(samples(image, shape, border, at: places) == image)
    }

    @Test("on the edge half of the outer pixel is left, or all of it; beyond, nothing or all of it")
    func edges() {
        let shape = SampledShape(channels: 1, height: 1, width: 4)
        // The pixels' outer edges, their centers, half a pixel outside, and far away.
        let places: [Float] = [-1, 0, 1, 0, -0.75, 0, 0.75, 0, -1.25, 0, 1.25, 0, -1e30, 0, 1e30, 0]
        let image: [Float] = [1, 2, 3, 4]
        #expect(samples(image, shape, .zeros, at: places) == [0.5, 2, 1, 4, 0, 0, 0, 0])
        #expect(samples(image, shape, .repeated, at: places) == [1, 4, 1, 4, 1, 4, 1, 4])
    }

    @Test("places that are no numbers, or endless, give numbers", arguments: SampledBorder.allCases)
    func strangePlaces(border: SampledBorder) {
        let strange: [Float] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 0, 1]
        let places = strange.flatMap { x in strange.flatMap { y in [x, y] } }
        for shape in Self.shapes.prefix(4) {
            let image = [Float](repeating: 1, count: shape.count)
            let found = samples(image, shape, border, at: places)
            for value in found { #expect(value >= 0 && value <= 1) }
            if border == .zeros { #expect(found[0] == 0) }
            let upstream = [Float](repeating: 1, count: found.count)
            var gradient = [Float](repeating: .nan, count: places.count)
            var span = gradient.mutableSpan
            writePlaceGradient(
                into: &span,
                image: image.span,
                shape: shape,
                border: border,
                places: places.span,
                upstream: upstream.span
            )
            #expect(gradient.allSatisfy { $0.isFinite })
            // Far outside nothing changes, whichever way one goes.
            #expect([gradient[0], gradient[2]] == [0, 0])
        }
    }
}
