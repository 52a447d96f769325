internal import LinearAlgebra

/// Adam with decoupled decay (Loshchilov and Hutter 2019): running means of gradients (share 0.9) and of their
/// squares (share 0.999), both corrected for their start at 0; weights shrink by rate · decay beside that step.
package struct AdamW: Optimizer, Equatable {
    private static let kind = "adamw"

    /// How strongly weights shrink, times the rate.
    package let decay: Float
    /// What shrinks.
    package let scope: DecayScope
    /// In the order of the parameters.
    package let names: [String]
    private let shapes: [[Int]]
    private var averages: [AdamWState]

    /// For parameters that have not yet moved.
    package init(for parameters: NamedArrays, decay: Float, scope: DecayScope = .weights) {
        self.decay = decay
        self.scope = scope
        names = parameters.names
        shapes = parameters.shapes
        averages = parameters.values.map { AdamWState(count: $0.count) }
    }

    /// Moves one array, see `Optimizer.move`.
    package mutating func move(
        _ place: Int,
        _ parameters: inout MutableSpan<Float>,
        gradients: Span<Float>,
        rate: Float
    ) {
        let decay = scope.contains(shapes[place]) ? decay : 0
        averages[place].step(&parameters, gradients: gradients, rate: rate, decay: decay)
    }

    /// Slots "means" and "squares".
    package var state: OptimizerState {
        OptimizerState(
            kind: Self.kind,
            step: averages.first?.steps ?? 0,
            slots: ["means": arrays(averages.map(\.means)), "squares": arrays(averages.map(\.squares))]
        )
    }

    /// Goes on from a state.
    package mutating func restore(_ state: OptimizerState) throws(ParametersError) {
        let own = arrays(averages.map(\.means))
        let slots = try state.slots(["means", "squares"], kind: Self.kind, like: own)
        if let place = slots[1].values.firstIndex(where: { $0.contains { $0 < 0 } }) {
            throw ParametersError(array: "squares of \(names[place])", "has a value below zero")
        }
        averages = zip(slots[0].values, slots[1].values).map {
            AdamWState(means: $0, squares: $1, steps: state.step)
        }
    }

    private func arrays(_ values: [[Float]]) -> NamedArrays {
        NamedArrays(zip(zip(names, shapes), values).map { ($0.0, $0.1, $1) })
    }
}
