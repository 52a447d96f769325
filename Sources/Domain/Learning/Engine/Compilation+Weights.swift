internal import Tensors

/// What layers with weights have in common: what is computed along with them, and their gradients.
extension Compilation {
    /// What follows a layer and is computed along with it.
    struct Following {
        /// Inference only: its means and variances are known, so it becomes part of the weights.
        var normalization: Network.Layer?
        var activation: ElementwiseFunction?
        /// Whose result it is in the end.
        var last: String
    }

    /// The layer that alone uses a tensor, if there is one.
    func onlyUser(of name: String) -> Network.Layer? {
        guard !self.network.outputs.contains(name) else { return nil }
        let users = self.network.layers.filter { $0.sources.contains(name) }
        return users.count == 1 ? users[0] : nil
    }

    /// The activation that alone uses a tensor; it is marked as compiled.
    mutating func absorbActivation(
        after name: String,
        onlyRelu: Bool = false
    ) -> (function: ElementwiseFunction, name: String)? {
        guard let user = self.onlyUser(of: name), case .activation(let activation) = user.operation else {
            return nil
        }
        let function: ElementwiseFunction = activation == .relu ? .relu : .gelu
        // The gradient of a GELU needs the source, which would not be there.
        guard function.isUndoneByResult || !(self.isTraining || onlyRelu) else { return nil }
        self.absorbed.insert(user.name)
        return (function, user.name)
    }

    mutating func absorbed(after layer: Network.Layer) -> Following {
        var following = Following(last: layer.name)
        if !self.isTraining, let user = self.onlyUser(of: layer.name),
            case .batchNormalization = user.operation
        {
            following.normalization = user
            following.last = user.name
            self.absorbed.insert(user.name)
        }
        if let found = self.absorbActivation(after: following.last) {
            following.activation = found.function
            following.last = found.name
        }
        return following
    }

    /// Parameters of a layer, and of the normalization that becomes part of it.
    mutating func weights(
        of layer: Network.Layer,
        _ following: Following,
        shape: [Int],
        hasBias: Bool
    ) -> (weights: PlannedTensor, bias: PlannedTensor?) {
        guard let weights = self.storage.parameters[layer.name + ".weight"] else {
            preconditionFailure("no weights of \(layer.name)")
        }
        let bias = hasBias ? self.storage.parameters[layer.name + ".bias"] : nil
        guard let normalization = following.normalization,
            let scale = self.storage.parameters[normalization.name + ".weight"],
            let shift = self.storage.parameters[normalization.name + ".bias"],
            let mean = self.storage.statistics[normalization.name + ".running_mean"],
            let variance = self.storage.statistics[normalization.name + ".running_var"],
            case .batchNormalization(let epsilon, _) = normalization.operation
        else { return (self.fixed(weights.seen(as: .plain(shape))), bias.map { self.fixed($0) }) }
        let folded = self.buffer(.plain(weights.format.shape))
        let offset = self.buffer(.plain(scale.format.shape))
        let all = [weights, scale, shift, mean, variance].map { self.fixed($0) }
        let own = bias.map { [self.fixed($0)] } ?? []
        self.add(all + [folded, offset] + own, in: self.weightPhase) { places in
            foldNormalization(
                weights: places[0],
                scale: places[1],
                shift: places[2],
                mean: places[3],
                variance: places[4],
                epsilon: epsilon,
                bias: places.count > 7 ? places[7] : nil,
                foldedWeights: places[5],
                foldedBias: places[6]
            )
        }
        return (folded.seen(as: .plain(shape)), offset)
    }

    // MARK: Backward

    /// Undoes the activation first, if one was computed along with the layer.
    mutating func addUndoing(
        of layer: Network.Layer,
        _ following: Following,
        result: PlannedTensor,
        _ undo: @escaping (inout Compilation, PlannedTensor) throws(TensorError) -> Void
    ) {
        guard self.needsGradient(layer.name) else { return }
        self.undoings.append(
            Undoing(result: following.last) { (compilation, gradient) throws(TensorError) in
                guard let activation = following.activation else { return try undo(&compilation, gradient) }
                try undo(
                    &compilation,
                    try compilation.undone(activation, known: result, source: result.format, gradient)
                )
            }
        )
    }

    /// The weights of some of a convolution's source channels, where the parameters lie.
    static func weightPart(of weights: PlannedTensor, _ shape: [Int], from start: Int) -> PlannedTensor {
        if weights.format.shape == shape { return weights }
        guard let part = weights.format.part(shape, from: [0, start, 0, 0]) else {
            preconditionFailure("a part of plain weights")
        }
        return weights.seen(as: part)
    }

    mutating func addWeightGradients(
        _ kernel: Kernel,
        of layer: Network.Layer,
        source: PlannedTensor,
        _ gradient: PlannedTensor,
        _ shape: [Int],
        from start: Int = 0
    ) throws(TensorError) {
        guard let place = self.storage.gradients[layer.name + ".weight"] else { return }
        let all = self.fixed(place)
        let isWhole = shape.reduce(1, *) == place.format.count
        let wanted = isWhole ? all.seen(as: .plain(shape)) : Self.weightPart(of: all, shape, from: start)
        let format = kernel.format(.weightsGradient)
        let found = format == wanted.format ? wanted : self.buffer(format)
        var bindings: [Role: PlannedTensor] = [
            .source: try self.fit(source, to: kernel.format(.source), in: .backward),
            .resultGradient: try self.fit(gradient, to: kernel.format(.resultGradient), in: .backward),
            .weightsGradient: found,
        ]
        if let bias = self.storage.gradients[layer.name + ".bias"] {
            bindings[.biasGradient] = self.fixed(bias)
        }
        self.add(kernel, bindings, in: .backward)
        if found.home != wanted.home { try self.copy(found, to: wanted, in: .backward) }
    }

    mutating func addSourceGradient(
        _ kernel: Kernel,
        to name: String,
        weights: PlannedTensor,
        _ gradient: PlannedTensor
    ) throws(TensorError) {
        let result = self.buffer(kernel.format(.sourceGradient))
        self.add(
            kernel,
            [
                .weights: try self.fit(weights, to: kernel.format(.weights), in: .forward),
                .resultGradient: try self.fit(gradient, to: kernel.format(.resultGradient), in: .backward),
                .sourceGradient: result,
            ],
            in: .backward
        )
        self.contribute(result, to: name)
    }
}
