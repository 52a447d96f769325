package import Tensors

/// A network's parameters where kernels read them, and their gradients where kernels leave them: float32, plain, all
/// behind one another, each at a multiple of 64 bytes. Networks compiled for several batch sizes share one.
package final class ParameterStorage: Sendable {
    /// Of what is trained, by name.
    package let parameters: [String: TensorPlace]
    /// Of what is trained, by name; only for training.
    package let gradients: [String: TensorPlace]
    /// Running means and variances, by name.
    package let statistics: [String: TensorPlace]
    /// The gradients as one vector: padding between them is zero and stays it.
    package let allGradients: TensorPlace

    /// Room for a network's parameters, all zero.
    package init(for network: Network) {
        let trained = network.parameters, kept = network.statistics
        let offsets = Self.offsets(trained.map { $0.shape })
        self.parameters = Self.places(trained, offsets)
        self.gradients = Self.places(trained, offsets)
        self.statistics = Self.places(kept, Self.offsets(kept.map { $0.shape }))
        let whole = TensorFormat.plain([max(1, offsets.end / 4)])
        self.allGradients =
            self.gradients.values.first.map { $0.whole(as: whole) } ?? TensorPlace(zeros: [1])
    }

    private static func offsets(_ shapes: [[Int]]) -> (starts: [Int], end: Int) {
        var end = 0
        let starts = shapes.map { shape in
            defer { end += (4 * shape.reduce(1, *) + 63) / 64 * 64 }
            return end
        }
        return (starts, end)
    }

    private static func places(
        _ arrays: [(name: String, shape: [Int])],
        _ offsets: (starts: [Int], end: Int)
    ) -> [String: TensorPlace] {
        let memory = TensorMemory(byteCount: offsets.end)
        let places = zip(arrays, offsets.starts).map { array, start in
            (array.name, TensorPlace(memory, at: start, format: .plain(array.shape)))
        }
        return Dictionary(uniqueKeysWithValues: places)
    }

    /// Where what is trained, or a running average, lies.
    package func place(of name: String) -> TensorPlace {
        guard let place = self.parameters[name] ?? self.statistics[name] else {
            preconditionFailure("no parameter is called \(name)")
        }
        return place
    }

    /// Where the gradient of what is trained lies.
    package func gradient(of name: String) -> TensorPlace {
        guard let place = self.gradients[name] else { preconditionFailure("no gradient of \(name)") }
        return place
    }

    // MARK: Values

    /// Takes over what is trained and the statistics.
    package func load(_ parameters: Parameters) {
        Self.copy(parameters.trained, to: self.parameters)
        Self.copy(parameters.statistics, to: self.statistics)
    }

    /// What is trained and the statistics, as they are now.
    package func copied(for network: Network) -> Parameters {
        func arrays(_ wanted: [(name: String, shape: [Int])], _ places: [String: TensorPlace]) -> NamedArrays
        {
            NamedArrays(wanted.map { ($0.name, $0.shape, places[$0.name]?.copied() ?? []) })
        }
        return Parameters(
            trained: arrays(network.parameters, self.parameters),
            statistics: arrays(network.statistics, self.statistics)
        )
    }

    private static func copy(_ arrays: NamedArrays, to places: [String: TensorPlace]) {
        for (name, values) in zip(arrays.names, arrays.values) {
            guard let place = places[name] else { preconditionFailure("no place for \(name)") }
            place.replace(with: values)
        }
    }
}
