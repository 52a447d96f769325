import Learning
import LinearAlgebra
import Testing

@testable import Registration

@Suite("The loss with orientation maps")
struct PairLossTests {
    @Test("its gradient is that of central differences")
    func gradient() throws {
        let slices = PhantomCrops.training.prefix(8).map { RegistrationSlice($0) }
        let (moving, fixed) = (
            ComparedImages(slices[1], withMaps: true), ComparedImages(slices[7], withMaps: true)
        )
        // The maps alone: the other terms are tested with the engine.
        let none = try orientationOnly()
        var generator = SeededGenerator(seed: 8)
        let start = WarpParameters(
            affine: (0..<6).map { _ in generator.symmetric(0.05) },
            displacements: (0..<98).map { _ in generator.symmetric(0.03) }
        )
        func value(_ parameters: WarpParameters) -> Double {
            Double(none.evaluate(moving: moving, fixed: fixed, parameters: parameters, factor: 1).values[0])
        }
        let found = none.evaluate(moving: moving, fixed: fixed, parameters: start, factor: 1).gradient
        let largest = found.affine.map(abs).max() ?? 0
        #expect(largest > 1e-3)
        let step: Float = 1e-3
        for index in 0..<6 {
            var (above, below) = (start, start)
            above.affine[index] += step
            below.affine[index] -= step
            let slope = (value(above) - value(below)) / Double(2 * step)
            // Sampling is linear between pixels only: a step over a pixel's edge sees two slopes.
            #expect(abs(slope - Double(found.affine[index])) < 0.03 * Double(largest) + 1e-3)
        }
        let gridLargest = found.displacements?.map(abs).max() ?? 0
        for index in [24, 31, 60, 73] {
            var (above, below) = (start, start)
            above.displacements?[index] += step
            below.displacements?[index] -= step
            let slope = (value(above) - value(below)) / Double(2 * step)
            let expected = Double(found.displacements?[index] ?? 0)
            #expect(abs(slope - expected) < 0.05 * Double(gridLargest) + 1e-3)
        }
    }

    private func orientationOnly() throws -> PairLoss {
        var weights = RegistrationLoss.Weights()
        weights.affineDice = 0
        weights.correlation = 0
        weights.bending = 0
        weights.displacementSize = 0
        weights.affineSize = 0
        return PairLoss(weights, orientation: 1)
    }
}
