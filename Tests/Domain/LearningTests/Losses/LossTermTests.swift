import Learning
import LinearAlgebra
import Testing

@Suite("Terms of the registration's loss")
struct LossTermTests {
    private static let count = 120

    private func random(_ count: Int, _ range: ClosedRange<Float>, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            range.lowerBound + (range.upperBound - range.lowerBound) * Float(generator.unit())
        }
    }

    @Test("soft Dice and its gradients are the twin's")
    func diceAgrees() {
        let a = random(Self.count, 0...1, seed: 31)
        let b = random(Self.count, 0...1, seed: 32)
        for (a, b) in [(a, b), (b, a)] {
            let dice = SoftDice(a.span, b.span)
            #expect(abs(Double(dice.value) - diceTwin(a.doubled, b.doubled)) < 1e-6)
            var gradient = [Float](repeating: 0, count: Self.count)
            var span = gradient.mutableSpan
            dice.addGradient(times: -3, to: &span, a.span, b.span)
            let twin = centralDifferences(a.doubled) { -3 * diceTwin($0, b.doubled) }
            #expect(relativeError(gradient, twin) < 1e-4)
        }
    }

    @Test("soft Dice of equal masks and of empty ones is 1, of masks apart nearly 0")
    func diceExtremes() {
        let ones = [Float](repeating: 1, count: 200)
        let zeros = [Float](repeating: 0, count: 200)
        #expect(SoftDice(ones.span, ones.span).value == 1)
        #expect(SoftDice(zeros.span, zeros.span).value == 1)
        #expect(SoftDice(ones.span, zeros.span).value == Float(1) / 201)
    }

    /// Values and gradients by both images and the mask.
    private func checkCorrelation(_ a: [Float], _ b: [Float], _ mask: [Float]) {
        for (a, b) in [(a, b), (b, a)] {
            let correlation = MaskedCorrelation(a.span, b.span, mask: mask.span)
            let twin = correlationTwin(a.doubled, b.doubled, mask: mask.doubled)
            #expect(abs(Double(correlation.value) - twin) < 1e-5)
            var image = [Float](repeating: 0, count: a.count)
            var maskGradient = image
            var imageSpan = image.mutableSpan
            var maskSpan = maskGradient.mutableSpan
            correlation.addGradients(
                times: 2,
                image: &imageSpan,
                mask: &maskSpan,
                a.span,
                b.span,
                mask: mask.span
            )
            let imageTwin = centralDifferences(a.doubled) {
                2 * correlationTwin($0, b.doubled, mask: mask.doubled)
            }
            let maskTwin = centralDifferences(mask.doubled) {
                2 * correlationTwin(a.doubled, b.doubled, mask: $0)
            }
            #expect(relativeError(image, imageTwin) < 1e-4)
            #expect(relativeError(maskGradient, maskTwin) < 1e-4)
        }
    }

    @Test("the correlation and its gradients are the twin's, by the mask too")
    func correlationAgrees() {
        let a = random(Self.count, 0...1, seed: 33)
        let noise = random(Self.count, -1...1, seed: 34)
        checkCorrelation(a, zip(a, noise).map { 0.5 * $0 + 0.2 * $1 }, random(Self.count, 0...1, seed: 35))
    }

    @Test("so they are where the mask is smaller than one pixel")
    func smallMask() {
        let a = random(20, -2...2, seed: 36)
        checkCorrelation(a, random(20, -2...2, seed: 37), random(20, 0.01...0.04, seed: 38))
    }

    @Test("so they are where an image has hardly any contrast")
    func lowContrast() {
        let a = random(20, 0.499...0.501, seed: 39)
        checkCorrelation(a, random(20, 0.4...0.6, seed: 40), random(20, 0...1, seed: 41))
    }

    @Test("brightness and contrast do not matter; an empty mask and constant images give 0")
    func correlationProperties() {
        let a = random(Self.count, 0...1, seed: 42)
        let mask = random(Self.count, 0...1, seed: 43)
        let brighter = a.map { 3 * $0 + 5 }
        let negative = a.map { 1 - $0 }
        let zeros = [Float](repeating: 0, count: Self.count)
        #expect(abs(MaskedCorrelation(a.span, brighter.span, mask: mask.span).value - 1) < 1e-4)
        #expect(abs(MaskedCorrelation(a.span, negative.span, mask: mask.span).value + 1) < 1e-4)
        #expect(MaskedCorrelation(a.span, brighter.span, mask: zeros.span).value == 0)
        #expect(abs(MaskedCorrelation(a.span, zeros.span, mask: mask.span).value) == 0)
    }

    @Test("bending and sizes, and their gradients, are the twins'")
    func parametersAgree() {
        let displacements = random(98, -0.3...0.3, seed: 44)
        let bending = BendingEnergy(displacements.span, knots: 7)
        #expect(abs(Double(bending.value) - bendingTwin(displacements.doubled)) < 1e-6)
        let bendingSlopes = centralDifferences(displacements.doubled) { bendingTwin($0) }
        #expect(relativeError(bending.gradient, bendingSlopes) < 1e-4)
        let size = DisplacementSize(displacements.span)
        #expect(abs(Double(size.value) - displacementSizeTwin(displacements.doubled)) < 1e-6)
        let sizeSlopes = centralDifferences(displacements.doubled, displacementSizeTwin)
        #expect(relativeError(size.gradient, sizeSlopes) < 1e-4)
        let affine = random(6, -1...1, seed: 45)
        let affineSize = AffineSize(affine.span)
        #expect(abs(Double(affineSize.value) - affineSizeTwin(affine.doubled)) < 1e-5)
        let affineSlopes = centralDifferences(affine.doubled, affineSizeTwin)
        #expect(relativeError(affineSize.gradient, affineSlopes) < 1e-4)
    }

    @Test("what is affine in the control points does not bend")
    func affineDoesNotBend() {
        let displacements = (0..<98).map { (point: Int) -> Float in
            let (row, column) = (Float(point / 7 % 7), Float(point % 7))
            return 0.1 * row - 0.25 * column + 0.5
        }
        #expect(BendingEnergy(displacements.span, knots: 7).value < 1e-9)
    }
}
