/// Moves parameters against their gradients and remembers what it needs for the next step.
///
/// Steps change numbers in place and allocate nothing, as long as no copy of the state or the parameters is
/// held: then the first step after it copies what is shared.
///
/// Where parameters lie in a `NamedArrays`, `step` moves all; elsewhere the caller moves one array after the
/// other:
///
/// ```swift
/// for (place, name) in optimizer.names.enumerated() {
///     gradients[name].read { slopes in
///         parameters[name].write { optimizer.move(place, &$0, gradients: slopes, rate: rate) }
///     }
/// }
/// ```
package protocol Optimizer: Sendable {
    /// Of the arrays that it moves, in their order.
    var names: [String] { get }

    /// Moves one array; a step moves each once, in the order of `names`.
    ///
    /// - Parameters:
    ///   - place: of the array in `names`.
    ///   - parameters: of the count that it had when the optimizer was made; changed in place.
    ///   - gradients: the loss's, of the same count.
    ///   - rate: the step's length.
    mutating func move(
        _ place: Int,
        _ parameters: inout MutableSpan<Float>,
        gradients: Span<Float>,
        rate: Float
    )

    /// What has to be kept to go on later with the same bits.
    var state: OptimizerState { get }

    /// Goes on from a state.
    ///
    /// - Throws: `ParametersError` if it is another optimizer's or belongs to other parameters.
    mutating func restore(_ state: OptimizerState) throws(ParametersError)
}

extension Optimizer {
    /// One step of all arrays; both have the optimizer's names.
    package mutating func step(_ parameters: inout NamedArrays, gradients: NamedArrays, rate: Float) {
        precondition(parameters.names == names && gradients.names == names, "arrays of another network")
        for place in parameters.values.indices {
            let slopes = gradients.values[place]
            var span = parameters.values[place].mutableSpan
            move(place, &span, gradients: slopes.span, rate: rate)
        }
    }
}

/// What an optimizer remembers between steps.
package struct OptimizerState: Sendable, Equatable {
    /// The optimizer's name, "adamw" or "sgd".
    package let kind: String
    /// Steps taken.
    package let step: Int
    /// By what they are ("means"), arrays named, shaped and ordered as the parameters.
    package let slots: [String: NamedArrays]

    /// A state as an optimizer gives it or as it was stored.
    package init(kind: String, step: Int, slots: [String: NamedArrays]) {
        self.kind = kind
        self.step = step
        self.slots = slots
    }

    /// The slots of the given names, whose arrays are like the parameters.
    func slots(
        _ names: [String],
        kind: String,
        like parameters: NamedArrays
    ) throws(ParametersError) -> [NamedArrays] {
        guard self.kind == kind else {
            throw ParametersError(array: "of \(kind)", "cannot be taken from \(self.kind)")
        }
        guard step >= 0 else { throw ParametersError(array: kind, "has taken \(step) steps") }
        let expected = zip(parameters.names, parameters.shapes).map { (name: $0, shape: $1) }
        var found: [NamedArrays] = []
        for name in names {
            guard let slot = slots[name] else {
                throw ParametersError(array: "\(kind).\(name)", "is missing")
            }
            try slot.check(fit: expected)
            found.append(slot)
        }
        if let other = slots.keys.sorted().first(where: { !names.contains($0) }) {
            throw ParametersError(array: "\(kind).\(other)", "is nothing that \(kind) keeps")
        }
        return found
    }
}

/// Which parameters shrink by the decay.
package enum DecayScope: Sendable, Equatable {
    /// Arrays of two or more dimensions: weights of convolutions and linear layers. Biases and batch
    /// normalizations do not: shrinking them limits what a network can say, not how complex it is.
    case weights
    case everything

    /// Whether an array of a shape decays.
    func contains(_ shape: [Int]) -> Bool { self == .everything || shape.count > 1 }
}
