internal import Tensors

/// Layers that change height and width.
extension Compilation {
    mutating func addPooling(
        _ layer: Network.Layer,
        _ kind: PoolingKind,
        _ window: Window,
        _ source: PlannedTensor,
        _ shape: [Int]
    ) throws(TensorError) {
        let to = self.resultFormat(shape)
        let kernel = try self.engine.pooling(
            kind,
            window: window,
            source: source.format,
            result: to,
            isTraining: self.isTraining
        )
        let result = self.buffer(kernel.format(.result))
        var bindings: [Role: PlannedTensor] = [.source: source, .result: result]
        if kernel.roles.contains(.workspace) { bindings[.workspace] = self.buffer(kernel.format(.workspace)) }
        let workspace = bindings[.workspace]
        self.add(kernel, bindings, in: .forward)
        self.tensors[layer.name] = result
        // A global average has no sides left.
        let isFlat = self.network.shape(of: layer.name)?.count == 1
        if isFlat { self.tensors[layer.name] = try self.flat(result, in: .forward) }
        guard self.isWanted(layer) else { return }
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                let whole = isFlat ? try compilation.unflat(gradient, result.format.shape) : gradient
                let backward = try compilation.engine.poolingBackward(
                    kind,
                    window: window,
                    source: source.format,
                    result: result.format,
                    forward: kernel
                )
                let found = compilation.buffer(backward.format(.sourceGradient))
                var bindings: [Role: PlannedTensor] = [.sourceGradient: found]
                bindings[.resultGradient] = try compilation.fit(
                    whole,
                    to: backward.format(.resultGradient),
                    in: .backward
                )
                bindings[.workspace] = workspace
                compilation.add(backward, bindings, in: .backward)
                compilation.contribute(found, to: layer.sources[0])
            }
        )
    }

    mutating func addUpsampling(
        _ layer: Network.Layer,
        _ kind: InterpolationKind,
        _ source: PlannedTensor,
        _ shape: [Int]
    ) throws(TensorError) {
        let source = try self.typed(source)
        let kernel = try self.engine.upsampling(kind, source: source.format, result: self.resultFormat(shape))
        let result = self.buffer(kernel.format(.result))
        self.add(kernel, [.source: source, .result: result], in: .forward)
        self.tensors[layer.name] = result
        guard self.isWanted(layer) else { return }
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                let backward = try compilation.engine.upsamplingBackward(
                    kind,
                    source: source.format,
                    result: result.format,
                    forward: kernel
                )
                let found = compilation.buffer(backward.format(.sourceGradient))
                compilation.add(
                    backward,
                    [
                        .resultGradient: try compilation.fit(
                            gradient,
                            to: backward.format(.resultGradient),
                            in: .backward
                        ),
                        .sourceGradient: found,
                    ],
                    in: .backward
                )
                compilation.contribute(found, to: layer.sources[0])
            }
        )
    }
}
