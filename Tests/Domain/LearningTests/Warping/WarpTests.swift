import Learning
import LinearAlgebra
import Testing

@Suite("Warps")
struct WarpTests {
    private let shape = SampledShape(channels: 3, height: 9, width: 11)
    private let count = 2
    private let images: ImageBatch
    private let parameters: WarpParameters
    private let upstream: ImageBatch

    /// Two images and warps of which a part looks beyond the edge.
    init() {
        var generator = SeededGenerator(seed: 11)
        func random(_ count: Int, _ bound: Float) -> [Float] {
            (0..<count).map { _ in generator.symmetric(bound) }
        }
        images = ImageBatch(count: count, shape: shape, values: random(count * shape.count, 1))
        parameters = WarpParameters(affine: random(12, 0.3), displacements: random(2 * 98, 0.2))
        let output = SampledShape(channels: 3, height: 12, width: 10)
        upstream = ImageBatch(count: count, shape: output, values: random(count * output.count, 1))
    }

    private func twin(_ item: Int, _ border: SampledBorder, hasDisplacements: Bool) -> WarpTwin {
        let displacements = parameters.displacements?[item * 98..<item * 98 + 98] ?? []
        return WarpTwin(
            shape: shape,
            rows: 12,
            columns: 10,
            repeatsBorder: border == .repeated,
            image: Array(images.values[images.range(of: item)]).doubled,
            affine: Array(parameters.affine[item * 6..<item * 6 + 6]).doubled,
            displacements: hasDisplacements ? Array(displacements).doubled : []
        )
    }

    @Test("outputs and gradients are the twin's", arguments: SampledBorder.allCases, [true, false])
    func gradientsAgree(border: SampledBorder, hasDisplacements: Bool) {
        let warp = Warp(rows: 12, columns: 10, border: border)
        var parameters = parameters
        if !hasDisplacements { parameters.displacements = nil }
        let activations = warp.forward(images, parameters)
        let imageGradient = warp.imageGradient(activations, upstream: upstream)
        let gradient = warp.parameterGradient(activations, upstream: upstream)
        #expect((gradient.displacements != nil) == hasDisplacements)
        for item in 0..<count {
            let twin = twin(item, border, hasDisplacements: hasDisplacements)
            let slopes = Array(upstream.values[upstream.range(of: item)]).doubled
            let output = Array(activations.output.values[upstream.range(of: item)])
            #expect(relativeError(output, twin.output()) < 1e-5)
            func differences(_ path: WritableKeyPath<WarpTwin, [Double]>) -> [Double] {
                centralDifferences(twin[keyPath: path]) { values in
                    var changed = twin
                    changed[keyPath: path] = values
                    return changed.loss(slopes)
                }
            }
            let imageSlopes = Array(imageGradient.values[images.range(of: item)])
            #expect(relativeError(imageSlopes, differences(\.image)) < 1e-4)
            let affineSlopes = Array(gradient.affine[item * 6..<item * 6 + 6])
            #expect(relativeError(affineSlopes, differences(\.affine)) < 1e-4)
            guard let all = gradient.displacements else { continue }
            let slopesOfGrid = Array(all[item * 98..<item * 98 + 98])
            #expect(relativeError(slopesOfGrid, differences(\.displacements)) < 1e-4)
        }
    }

    @Test("the identity returns the images, bit by bit", arguments: SampledBorder.allCases, [nil, 7])
    func identity(border: SampledBorder, knots: Int?) {
        var generator = SeededGenerator(seed: 12)
        // With sides that are powers of two all places are exact.
        let shape = SampledShape(channels: 2, height: 32, width: 64)
        let values = (0..<2 * shape.count).map { _ in generator.normal() }
        let images = ImageBatch(count: 2, shape: shape, values: values)
        let warp = Warp(rows: 32, columns: 64, border: border)
        let output = warp.forward(images, WarpParameters(identities: 2, knots: knots)).output
        #expect(output == images)
    }

    @Test("a shift by one pixel, by the map or by all control points", arguments: [true, false])
    func shift(byMap: Bool) throws {
        var generator = SeededGenerator(seed: 13)
        let shape = SampledShape(channels: 1, height: 16, width: 32)
        let images = ImageBatch(
            count: 1,
            shape: shape,
            values: (0..<shape.count).map { _ in generator.normal() }
        )
        var parameters = WarpParameters(identities: 1, knots: 7)
        let step = 2 / Float(shape.width)
        if byMap {
            parameters.affine[2] = step
        } else {
            parameters.displacements = (0..<98).map { $0 < 49 ? step : 0 }
        }
        let output = Warp(rows: 16, columns: 32).forward(images, parameters).output
        for row in 0..<16 {
            for column in 0..<32 {
                // The result shows what lies one pixel to the right, and zeros beyond the edge.
                let expected = column < 31 ? images.values[row * 32 + column + 1] : 0
                #expect(abs(output.values[row * 32 + column] - expected) < 1e-5)
            }
        }
    }

    @Test("every image has its own warp")
    func itemsAreSeparate() {
        let warp = Warp(rows: 12, columns: 10)
        let both = warp.forward(images, parameters)
        for item in 0..<count {
            let alone = warp.forward(
                ImageBatch(count: 1, shape: shape, values: Array(images.values[images.range(of: item)])),
                WarpParameters(
                    affine: Array(parameters.affine[item * 6..<item * 6 + 6]),
                    displacements: parameters.displacements.map { Array($0[item * 98..<item * 98 + 98]) }
                )
            )
            #expect(alone.output.values == Array(both.output.values[both.output.range(of: item)]))
            #expect(alone.places[0] == both.places[item])
        }
    }
}
