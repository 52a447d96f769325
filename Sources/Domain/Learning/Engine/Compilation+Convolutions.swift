internal import Tensors

/// Convolutions and linear layers.
extension Compilation {
    mutating func addConvolution(_ layer: Network.Layer, source: PlannedTensor) throws(TensorError) {
        guard
            case .convolution(let channels, let side, let stride, let padding, let groups, let hasBias) =
                layer.operation, let shape = self.network.shape(of: layer.name)
        else { return }
        let following = self.absorbed(after: layer)
        let kernelShape =
            (groups > 1 ? [groups, channels / groups] : [channels])
            + [source.format.shape[1] / groups, side, side]
        let (master, bias) = self.weights(of: layer, following, shape: kernelShape, hasBias: hasBias)
        var attributes = Attributes()
        attributes.activation = following.activation
        let formats = ConvolutionFormats(
            source: self.resultFormat(Array(source.format.shape.dropFirst())),
            weights: .any(kernelShape, self.type),
            bias: bias?.format,
            result: self.resultFormat(shape),
            window: Window(side: side, stride: stride, padding: padding)
        )
        let kernel = try self.engine.convolution(
            formats,
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
            var formats = formats
            formats.weights = .any(kernelShape, .float32)
            let backward = try compilation.engine.convolutionBackwardWeights(formats, of: kernel)
            try compilation.addWeightGradients(backward, of: layer, source: input, gradient, kernelShape)
            guard compilation.needsGradient(layer.sources[0]) else { return }
            formats.weights = .any(kernelShape, compilation.type)
            let toSource = try compilation.engine.convolutionBackwardSource(formats, of: kernel)
            try compilation.addSourceGradient(toSource, of: layer, weights: master, gradient)
        }
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
            result: to,
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
            try compilation.addWeightGradients(backward, of: layer, source: input, gradient, [count, width])
            guard compilation.needsGradient(layer.sources[0]) else { return }
            let toSource = try compilation.engine.linearBackwardSource(
                source: from,
                weights: .any([count, width], compilation.type),
                result: to,
                of: kernel
            )
            try compilation.addSourceGradient(toSource, of: layer, weights: master, gradient)
        }
    }
}
