import LinearAlgebra
import Testing

@testable import Learning

/// Against PyTorch, see `Golden/make_golden.py`.
@Suite("Optimizers beside PyTorch")
struct GoldenOptimizerTests {
    private let golden: Golden

    init() throws { golden = try Golden("optimizers") }

    /// Six steps of 20 parameters; the largest difference to what PyTorch had after any of them.
    private func largestDifference(
        _ name: String,
        _ make: (NamedArrays) -> any Optimizer
    ) throws -> Float {
        let (gradients, after) = (golden[name + ".gradients"].values, golden[name + ".after"].values)
        var parameters = NamedArrays([("x", [20], golden[name + ".start"].values)])
        var optimizer = make(parameters)
        var largest: Float = 0
        for step in 0..<6 {
            let row = step * 20..<(step + 1) * 20
            let gradient = NamedArrays([("x", [20], Array(gradients[row]))])
            optimizer.step(&parameters, gradients: gradient, rate: 0.01)
            for (value, expected) in zip(parameters.values[0], after[row]) {
                largest = max(largest, abs(value - expected))
            }
        }
        #expect(optimizer.state.step == 6)
        return largest
    }

    @Test("AdamW takes the same steps")
    func adamW() throws {
        // Values of about 3 and six steps of single precision: a few units of the last place, 2e-7 each.
        #expect(try largestDifference("adamw") { AdamW(for: $0, decay: 0.1, scope: .everything) } < 2e-6)
        #expect(try largestDifference("adamw") { AdamW(for: $0, decay: 0, scope: .everything) } > 1e-3)
    }

    @Test("gradient descent with momentum takes the same steps")
    func momentum() throws {
        #expect(try largestDifference("sgd") { MomentumSGD(for: $0, decay: 0.01, scope: .everything) } < 2e-6)
        #expect(try largestDifference("sgd") { MomentumSGD(for: $0, decay: 0, scope: .everything) } > 1e-4)
    }

    @Test("gradients are clipped together to the same values")
    func clipping() throws {
        let (first, second) = (golden["clip.gradients.0"].values, golden["clip.gradients.1"].values)
        var gradients = NamedArrays([("a", [first.count], first), ("b", [second.count], second)])
        let length = gradients.clip(toLength: 1)
        #expect(abs(length * length - (first + second).reduce(0) { $0 + $1 * $1 }) < 1e-3)
        for (place, name) in ["clip.after.0", "clip.after.1"].enumerated() {
            for (value, expected) in zip(gradients.values[place], golden[name].values) {
                #expect(abs(value - expected) < 1e-6)
            }
        }
        // One vector behind another is clipped as both together.
        var joined = first + second
        var span = joined.mutableSpan
        #expect(clip(&span, toLength: 1) == length)
        #expect(joined == gradients.values[0] + gradients.values[1])
        // Now shorter than the maximum: nothing changes.
        let before = gradients
        #expect(abs(gradients.clip(toLength: 2) - 1) < 1e-5)
        #expect(gradients == before)
    }
}
