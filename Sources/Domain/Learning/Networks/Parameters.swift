package import LinearAlgebra

/// The numbers of a network: what is trained, and the running means and variances of its batch normalizations.
///
/// ```swift
/// var generator = SeededGenerator(seed: 7)
/// let parameters = Parameters(of: network, generator: &generator)
/// parameters.trained["first.conv.weight"]
/// ```
package struct Parameters: Sendable, Equatable {
    /// Named, shaped and ordered as `Network.parameters`.
    package var trained: NamedArrays
    /// Named, shaped and ordered as `Network.statistics`.
    package var statistics: NamedArrays

    /// Takes arrays as they were trained or stored; `check(fit:)` tells whether they are a network's.
    package init(trained: NamedArrays, statistics: NamedArrays) {
        self.trained = trained
        self.statistics = statistics
    }

    /// Random numbers to start training from.
    ///
    /// Weights of convolutions and linear layers are normal numbers of variance 2 / n, n the numbers that go
    /// into one result (He et al. 2015): a ReLU halves the variance. Where none follows, the result is √2 times
    /// larger than its sources, which normalization takes away. Biases start with 0, batch normalizations as
    /// the identity.
    ///
    /// Each array has its own stream of random numbers by its name, so a layer starts with the same numbers
    /// whatever stands beside it.
    ///
    /// - Parameter generator: gives one number.
    package init(of network: Network, generator: inout SeededGenerator) {
        let seed = generator.next()
        let weighted = Set(
            network.layers.compactMap { layer -> String? in
                switch layer.operation {
                case .convolution, .linear: layer.name + ".weight"
                default: nil
                }
            }
        )
        trained = NamedArrays(
            network.parameters.map { name, shape in
                let count = shape.reduce(1, *)
                guard weighted.contains(name) else {
                    // A batch normalization's weight or bias, or another layer's bias.
                    let start: Float = name.hasSuffix(".weight") ? 1 : 0
                    return (name, shape, [Float](repeating: start, count: count))
                }
                var stream = SeededGenerator(seed: seed, stream: nameHash(name))
                let deviation = (2 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
                return (name, shape, (0..<count).map { _ in stream.normal() * deviation })
            }
        )
        statistics = NamedArrays(
            network.statistics.map { name, shape in
                let start: Float = name.hasSuffix(".running_var") ? 1 : 0
                return (name, shape, [Float](repeating: start, count: shape.reduce(1, *)))
            }
        )
    }

    /// How many numbers are trained.
    package var trainedCount: Int { trained.valueCount }

    /// Refuses parameters that are not a network's.
    ///
    /// - Throws: `ParametersError` naming the first array that is missing, has another shape, holds what is no
    ///   number, stands elsewhere or is superfluous.
    package func check(fit network: Network) throws(ParametersError) {
        try trained.check(fit: network.parameters)
        try statistics.check(fit: network.statistics)
    }
}

extension NamedArrays {
    /// Refuses arrays of other names, shapes or order.
    func check(fit expected: [(name: String, shape: [Int])]) throws(ParametersError) {
        for (index, (name, shape)) in expected.enumerated() {
            guard let place = place(of: name) else { throw ParametersError(array: name, "is missing") }
            guard shapes[place] == shape else {
                throw ParametersError(array: name, "has the shape \(shapes[place]) instead of \(shape)")
            }
            guard values[place].count == shape.reduce(1, *) else {
                throw ParametersError(array: name, "has \(values[place].count) values in the shape \(shape)")
            }
            guard values[place].allSatisfy(\.isFinite) else {
                throw ParametersError(array: name, "holds a value that is no number")
            }
            guard place == index else { throw ParametersError(array: name, "stands in another place") }
        }
        if names.count > expected.count {
            throw ParametersError(array: names[expected.count], "belongs to no layer")
        }
    }
}

/// Why arrays are not those of a network.
package struct ParametersError: Error, Equatable, CustomStringConvertible {
    /// For people.
    package let description: String

    init(array: String, _ problem: String) { description = "array \(array) \(problem)" }
}

/// FNV-1a: spreads names over the streams of a seed. `Hasher` would give other numbers in each process.
private func nameHash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
