/// A network as a value: what is computed from what. Shapes are those of one item, (channels, height, width) or (count);
/// a batch of them is computed at once.
package struct Network: Sendable, Equatable {
    /// A tensor that is given.
    package struct Input: Sendable, Equatable {
        package let name: String
        /// (channels, height, width) or (count).
        package let shape: [Int]

        /// An input.
        package init(_ name: String, shape: [Int]) {
            self.name = name
            self.shape = shape
        }
    }

    /// One layer: its result has its name, its parameters have names that start with it, as in "first.conv.weight".
    package struct Layer: Sendable, Equatable {
        package let name: String
        package let operation: Operation
        /// Names of inputs or of earlier layers.
        package let sources: [String]
    }

    /// What is given.
    package private(set) var inputs: [Input]
    /// In the order of computing: a layer uses what stands before it.
    package private(set) var layers: [Layer] = []
    /// Names of the tensors that are the result.
    package var outputs: [String] = []
    private var shapes: [String: [Int]] = [:]

    /// A network without layers.
    package init(inputs: [Input]) {
        self.inputs = inputs
        for input in inputs { shapes[input.name] = input.shape }
    }

    /// Appends a layer.
    ///
    /// - Returns: its name.
    /// - Throws: `NetworkError` if the name is taken, a source is unknown or shapes do not fit.
    @discardableResult
    package mutating func add(_ name: String, _ operation: Operation, _ sources: String...)
        throws(NetworkError)
        -> String
    {
        guard shapes[name] == nil else { throw NetworkError(layer: name, "the name is taken") }
        var sourceShapes: [[Int]] = []
        for source in sources {
            guard let shape = shapes[source] else {
                throw NetworkError(layer: name, "nothing before it is called \(source)")
            }
            sourceShapes.append(shape)
        }
        shapes[name] = try operation.resultShape(of: sourceShapes, layer: name)
        layers.append(Layer(name: name, operation: operation, sources: sources))
        return name
    }

    /// The shape of a tensor of one item; nil if there is none of this name.
    package func shape(of name: String) -> [Int]? { shapes[name] }

    /// Names and shapes of what is trained, in the order of layers.
    package var parameters: [(name: String, shape: [Int])] {
        layers.flatMap { layer in
            layer.operation.parameters(sources: layer.sources.compactMap { shapes[$0] }).map {
                (layer.name + "." + $0.name, $0.shape)
            }
        }
    }

    /// Whether anything of a layer is trained.
    func hasParameters(_ layer: Layer) -> Bool {
        !layer.operation.parameters(sources: layer.sources.compactMap { shapes[$0] }).isEmpty
    }

    /// Names and shapes of the running means and variances, which are kept but not trained.
    package var statistics: [(name: String, shape: [Int])] {
        layers.flatMap { layer -> [(name: String, shape: [Int])] in
            guard case .batchNormalization = layer.operation, let shape = shapes[layer.name] else {
                return []
            }
            return ["running_mean", "running_var"].map { (layer.name + "." + $0, [shape[0]]) }
        }
    }
}

/// What is wrong with a network.
package struct NetworkError: Error, Equatable, CustomStringConvertible {
    /// For people.
    package let description: String

    init(layer: String, _ problem: String) { description = "layer \(layer): \(problem)" }
}
