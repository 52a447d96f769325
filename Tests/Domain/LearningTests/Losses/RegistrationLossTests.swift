import Learning
import LinearAlgebra
import Testing

@Suite("The registration's loss")
struct RegistrationLossTests {
    private let count = 2
    private let moving: ImageBatch
    private let fixed: ImageBatch
    private let parameters: WarpParameters

    init() {
        var generator = SeededGenerator(seed: 61)
        // Soft blobs beside one another for lungs, so that masks overlap in part and reach 1 in places.
        func image(_ height: Int, _ width: Int, shift: Float) -> [Float] {
            let grey = (0..<height * width).map { _ in Float(generator.unit()) }
            func center(_ pixel: Int, _ side: Int) -> Float { Float(2 * pixel + 1) / Float(side) - 1 }
            func lung(_ middle: Float) -> [Float] {
                (0..<height * width).map { (index: Int) -> Float in
                    let x = center(index % width, width) - middle - shift
                    let y = center(index / width, height) + shift
                    let distance = (x * x + 0.5 * y * y).squareRoot()
                    return min(max(1.3 - 3 * distance, 0), 1)
                }
            }
            return grey + lung(-0.45) + lung(0.45)
        }
        let movingShape = SampledShape(channels: 3, height: 14, width: 15)
        let fixedShape = SampledShape(channels: 3, height: 12, width: 10)
        moving = ImageBatch(
            count: count,
            shape: movingShape,
            values: image(14, 15, shift: 0.1) + image(14, 15, shift: -0.1)
        )
        fixed = ImageBatch(
            count: count,
            shape: fixedShape,
            values: image(12, 10, shift: 0) + image(12, 10, shift: 0.05)
        )
        parameters = WarpParameters(
            affine: (0..<12).map { _ in generator.symmetric(0.15) },
            displacements: (0..<2 * 98).map { _ in generator.symmetric(0.1) }
        )
    }

    @Test("values and gradients are the twin's, through both warps")
    func gradientsAgree() throws {
        let loss = RegistrationLoss(rows: 12, columns: 10)
        let found = loss.evaluate(moving: moving, fixed: fixed, parameters: parameters, factor: 0.5)
        let gradient = try #require(found.gradient.displacements)
        let displacements = try #require(parameters.displacements)
        for item in 0..<count {
            let twin = WarpTwin(
                shape: moving.shape,
                rows: 12,
                columns: 10,
                repeatsBorder: false,
                image: Array(moving.values[moving.range(of: item)]).doubled,
                affine: Array(parameters.affine[item * 6..<item * 6 + 6]).doubled,
                displacements: Array(displacements[item * 98..<item * 98 + 98]).doubled
            )
            let target = Array(fixed.values[fixed.range(of: item)]).doubled
            #expect(abs(Double(found.values[item]) - registrationTwin(twin, fixed: target)) < 1e-5)
            func differences(_ path: WritableKeyPath<WarpTwin, [Double]>) -> [Double] {
                centralDifferences(twin[keyPath: path]) { values in
                    var changed = twin
                    changed[keyPath: path] = values
                    return 0.5 * registrationTwin(changed, fixed: target)
                }
            }
            let affine = Array(found.gradient.affine[item * 6..<item * 6 + 6])
            #expect(relativeError(affine, differences(\.affine)) < 1e-4)
            let grid = Array(gradient[item * 98..<item * 98 + 98])
            #expect(relativeError(grid, differences(\.displacements)) < 1e-4)
        }
    }

    @Test("an image on itself costs nothing")
    func identity() {
        let loss = RegistrationLoss(rows: 12, columns: 10)
        let still = WarpParameters(identities: count, knots: 7)
        let found = loss.evaluate(moving: fixed, fixed: fixed, parameters: still)
        for (value, terms) in zip(found.values, found.terms) {
            #expect(abs(value) < 1e-5)
            #expect(terms.bending == 0 && terms.displacementSize == 0 && terms.affineSize == 0)
            #expect(terms.dice == terms.affineDice)
        }
    }

    @Test("small steps against the gradient bring the lungs together")
    func descent() throws {
        let loss = RegistrationLoss(rows: 12, columns: 10)
        let (moving, fixed) = (RegistrationLoss.prepared(moving), RegistrationLoss.prepared(fixed))
        var moves = WarpParameters(identities: count, knots: 7)
        let start = loss.evaluate(moving: moving, fixed: fixed, parameters: moves)
        for _ in 0..<60 {
            let slope = loss.evaluate(moving: moving, fixed: fixed, parameters: moves).gradient
            let slopes = try #require(slope.displacements)
            for (index, value) in slope.affine.enumerated() { moves.affine[index] -= 0.05 * value }
            for (index, value) in slopes.enumerated() { moves.displacements?[index] -= 0.05 * value }
        }
        let end = loss.evaluate(moving: moving, fixed: fixed, parameters: moves)
        for item in 0..<count {
            #expect(end.values[item] < start.values[item] - 0.1)
            #expect(end.terms[item].dice > start.terms[item].dice + 0.03)
        }
    }
}
