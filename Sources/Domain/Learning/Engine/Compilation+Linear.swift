internal import Tensors

/// Linear layers.
extension Compilation {
    /// Whether a tensor is wanted in float32: then it is not rounded first.
    private func isReadAsFloat(_ name: String) -> Bool {
        if self.network.outputs.contains(name) { return true }
        if case .unitLength = self.onlyUser(of: name)?.operation { return true }
        return false
    }

    mutating func addLinear(_ layer: Network.Layer, source: PlannedTensor) throws(TensorError) {
        guard case .linear(let count, let hasBias) = layer.operation else { return }
        let following = self.absorbed(after: layer)
        let (batch, width) = (self.options.batch, source.format.shape[1])
        let (master, bias) = self.weights(of: layer, following, shape: [count, width], hasBias: hasBias)
        var attributes = Attributes()
        attributes.activation = following.activation
        let (from, to) = (
            TensorFormat.any([batch, width], self.type), TensorFormat.any([batch, count], self.type)
        )
        let biasFormat = bias?.format
        let kernel = try self.engine.linear(
            source: from,
            weights: .any([count, width], self.type),
            bias: biasFormat,
            result: self.isReadAsFloat(following.last) ? .any([batch, count], .float32) : to,
            isTraining: self.isTraining,
            attributes: attributes
        )
        let input = try self.fit(source, to: kernel.format(.source), in: .forward)
        let weights = try self.fit(master, to: kernel.format(.weights), in: self.weightPhase)
        let result = self.buffer(kernel.format(.result))
        var bindings: [Role: PlannedTensor] = [.source: input, .weights: weights, .result: result]
        bindings[.bias] = bias
        self.add(kernel, bindings, in: .forward)
        self.tensors[following.last] = result
        self.addUndoing(of: layer, following, result: result) {
            (compilation, gradient) throws(TensorError) in
            let backward = try compilation.engine.linearBackwardWeights(
                source: from,
                weights: .any([count, width], .float32),
                bias: biasFormat,
                result: to,
                of: kernel
            )
            try compilation.addWeightGradients(
                backward,
                of: layer,
                source: input,
                gradient,
                [count, width]
            )
            guard compilation.needsGradient(layer.sources[0]) else { return }
            let toSource = try compilation.engine.linearBackwardSource(
                source: from,
                weights: .any([count, width], compilation.type),
                result: to,
                of: kernel
            )
            try compilation.addSourceGradient(
                toSource,
                to: layer.sources[0],
                weights: master,
                gradient
            )
        }
    }
}
