/// Gradient descent with momentum (Polyak 1964) as PyTorch's `SGD` has it: the velocity is momentum · velocity
/// + gradient + decay · parameter, and a step is rate · velocity. The decay is part of the velocity, not
/// decoupled from it.
package struct MomentumSGD: Optimizer, Equatable {
    private static let kind = "sgd"

    /// Share of the velocity that a step keeps.
    package let momentum: Float
    /// How strongly weights shrink, times the rate.
    package let decay: Float
    /// What shrinks.
    package let scope: DecayScope
    private var velocities: NamedArrays
    private var steps = 0

    /// For parameters that have not yet moved.
    package init(
        for parameters: NamedArrays,
        momentum: Float = 0.9,
        decay: Float,
        scope: DecayScope = .weights
    ) {
        self.momentum = momentum
        self.decay = decay
        self.scope = scope
        velocities = NamedArrays(zerosLike: parameters)
    }

    /// In the order of the parameters.
    package var names: [String] { velocities.names }

    /// Moves one array, see `Optimizer.move`.
    package mutating func move(
        _ place: Int,
        _ parameters: inout MutableSpan<Float>,
        gradients: Span<Float>,
        rate: Float
    ) {
        let count = velocities.values[place].count
        precondition(parameters.count == count && gradients.count == count, "counts differ")
        if place == 0 { steps += 1 }
        let decay = scope.contains(velocities.shapes[place]) ? decay : 0
        var kept = velocities.values[place].mutableSpan
        for index in 0..<count {
            let velocity = momentum * kept[index] + (gradients[index] + decay * parameters[index])
            kept[index] = velocity
            parameters[index] -= rate * velocity
        }
    }

    /// Slot "velocities".
    package var state: OptimizerState {
        OptimizerState(kind: Self.kind, step: steps, slots: ["velocities": velocities])
    }

    /// Goes on from a state.
    package mutating func restore(_ state: OptimizerState) throws(ParametersError) {
        velocities = try state.slots(["velocities"], kind: Self.kind, like: velocities)[0]
        steps = state.step
    }
}
