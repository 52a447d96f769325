internal import Tensors

/// Layers without weights.
extension Compilation {
    mutating func addLayer(_ layer: Network.Layer) throws(TensorError) {
        if case .convolution = layer.operation { return try self.addConvolution(layer) }
        let sources = layer.sources.compactMap { self.tensors[$0] }
        guard let source = sources.first, let shape = self.network.shape(of: layer.name) else {
            preconditionFailure("a layer without sources")
        }
        switch layer.operation {
        case .convolution: break
        case .linear: try self.addLinear(layer, source: source)
        case .batchNormalization: try self.addNormalization(layer, source: try self.typed(source))
        case .layerNormalization(let epsilon):
            try self.addLayerNormalization(layer, epsilon: epsilon, source: try self.typed(source))
        case .activation(let activation): try self.addActivation(layer, activation, try self.typed(source))
        case .pooling(let kind, let side, let stride, let padding):
            let window = Window(side: side, stride: stride, padding: padding)
            let poolingKind: PoolingKind = kind == .maximum ? .maximum : .average
            try self.addPooling(layer, poolingKind, window, try self.typed(source), shape)
        case .globalAverage:
            let sides = Array(source.format.shape.dropFirst(2))
            let window = Window(height: sides[0], width: sides[1], stride: 1, padding: 0)
            try self.addPooling(layer, .average, window, try self.typed(source), shape + [1, 1])
        case .upsampling(_, let interpolation):
            try self.addUpsampling(layer, interpolation == .nearest ? .nearest : .bilinear, source, shape)
        case .concatenation: try self.addConcatenation(layer, sources, shape)
        case .sum: try self.addSum(layer, sources)
        case .flattening: try self.addFlattening(layer, source, shape)
        case .unitLength(let scale): try self.addUnitLength(layer, source, scale: scale)
        }
    }

    /// The tensor in the type of activations.
    mutating func typed(_ tensor: PlannedTensor) throws(TensorError) -> PlannedTensor {
        if tensor.format.type == self.type { return tensor }
        return try self.fit(tensor, to: .plain(tensor.format.shape, self.type), in: .forward)
    }

    /// Whether the gradient of a layer's only source is wanted.
    func isWanted(_ layer: Network.Layer) -> Bool { self.needsGradient(layer.sources[0]) }

    // MARK: Activations

    private mutating func addActivation(
        _ layer: Network.Layer,
        _ activation: Operation.Activation,
        _ source: PlannedTensor
    ) throws(TensorError) {
        let function: ElementwiseFunction = activation == .relu ? .relu : .gelu
        let result = self.buffer(source.format)
        self.add(
            try self.engine.elementwise(function, of: source.format),
            [.source: source, .result: result],
            in: .forward
        )
        self.tensors[layer.name] = result
        guard self.isWanted(layer) else { return }
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                let known = function.isUndoneByResult ? result : source
                compilation.contribute(
                    try compilation.undone(function, known: known, source: source.format, gradient),
                    to: layer.sources[0]
                )
            }
        )
    }

    /// The gradient before an activation.
    mutating func undone(
        _ function: ElementwiseFunction,
        known: PlannedTensor,
        source: TensorFormat,
        _ gradient: PlannedTensor
    ) throws(TensorError) -> PlannedTensor {
        let kernel = try self.engine.elementwiseBackward(function, of: source)
        let result = self.buffer(source)
        self.add(
            kernel,
            [
                function.isUndoneByResult ? .result : .source: known,
                .resultGradient: try self.fit(gradient, to: source, in: .backward),
                .sourceGradient: result,
            ],
            in: .backward
        )
        return result
    }

    // MARK: Shapes

    /// (n, c, h, w) as (n, c · h · w).
    mutating func flat(
        _ tensor: PlannedTensor,
        in phase: Phase
    ) throws(TensorError) -> PlannedTensor {
        let shape = tensor.format.shape
        let plain = try self.fit(tensor, to: .plain(shape, tensor.format.type), in: phase)
        return plain.seen(as: .plain([shape[0], shape.dropFirst().reduce(1, *)], tensor.format.type))
    }

    mutating func unflat(
        _ gradient: PlannedTensor,
        _ shape: [Int]
    ) throws(TensorError) -> PlannedTensor {
        let type = gradient.format.type
        let plain = try self.fit(gradient, to: .plain(gradient.format.shape, type), in: .backward)
        return plain.seen(as: .plain(shape, type))
    }

    private mutating func addFlattening(
        _ layer: Network.Layer,
        _ source: PlannedTensor,
        _ shape: [Int]
    ) throws(TensorError) {
        self.tensors[layer.name] = try self.flat(source, in: .forward)
        guard self.isWanted(layer) else { return }
        let whole = source.format.shape
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                compilation.contribute(try compilation.unflat(gradient, whole), to: layer.sources[0])
            }
        )
    }

    private mutating func addUnitLength(
        _ layer: Network.Layer,
        _ source: PlannedTensor,
        scale: Float
    ) throws(TensorError) {
        let shape = source.format.shape
        let plain = try self.ownPlain(source)
        let result = self.buffer(.plain(shape))
        self.add([plain, result], in: .forward) { places in
            unitLength(of: places[0], scale: scale, into: places[1])
        }
        self.tensors[layer.name] = result
        guard self.isWanted(layer) else { return }
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                let found = compilation.buffer(.plain(shape))
                let given = try compilation.fit(gradient, to: .plain(shape), in: .backward)
                compilation.add([plain, given, found], in: .backward) { places in
                    unitLengthGradient(source: places[0], gradient: places[1], scale: scale, into: places[2])
                }
                compilation.contribute(found, to: layer.sources[0])
            }
        )
    }
}
