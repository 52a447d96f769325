internal import Tensors

/// Convolutions and linear layers.
extension Compilation {
    /// A source of a convolution.
    struct Part {
        let name: String
        let tensor: PlannedTensor
    }

    /// What the backward kernels of a part need to know.
    private struct ConvolvedPart {
        let name: String
        let kernel: Kernel
        let formats: ConvolutionFormats
        let input: PlannedTensor
        /// Plain, where the parameters lie.
        let weights: PlannedTensor
        /// Its first channel among all.
        let start: Int
    }

    /// What a layer's source is made of: itself, or what was to be concatenated for this layer alone.
    private func parts(of name: String) -> [Part] {
        if let joined = self.joined[name] { return joined }
        guard let tensor = self.tensors[name] else { preconditionFailure("no tensor is called \(name)") }
        return [Part(name: name, tensor: tensor)]
    }

    /// A convolution of a concatenation is the sum of its parts' convolutions: nothing is copied, and what needs no
    /// gradient gets none.
    mutating func addConvolution(_ layer: Network.Layer) throws(TensorError) {
        guard
            case .convolution(let channels, let side, let stride, let padding, let groups, let hasBias) =
                layer.operation, let shape = self.network.shape(of: layer.name)
        else { return }
        let parts = self.parts(of: layer.sources[0])
        let following = self.absorbed(after: layer)
        let sourceChannels = parts.reduce(0) { $0 + $1.tensor.format.shape[1] }
        let wholeShape =
            (groups > 1 ? [groups, channels / groups] : [channels]) + [sourceChannels / groups, side, side]
        let (master, bias) = self.weights(of: layer, following, shape: wholeShape, hasBias: hasBias)
        var result: PlannedTensor?
        var convolved: [ConvolvedPart] = []
        var start = 0
        for (index, part) in parts.enumerated() {
            var kernelShape = wholeShape
            if parts.count > 1 { kernelShape[1] = part.tensor.format.shape[1] }
            var attributes = Attributes()
            attributes.addsToResult = index > 0
            attributes.activation = index == parts.count - 1 ? following.activation : nil
            let formats = ConvolutionFormats(
                source: self.resultFormat(Array(part.tensor.format.shape.dropFirst())),
                weights: .any(kernelShape, self.type),
                bias: index == 0 ? bias?.format : nil,
                result: result?.format ?? self.resultFormat(shape),
                window: Window(side: side, stride: stride, padding: padding)
            )
            let kernel = try self.engine.convolution(
                formats,
                isTraining: self.isTraining,
                attributes: attributes
            )
            let own = Self.weightPart(of: master, kernelShape, from: start)
            let input = try self.fit(part.tensor, to: kernel.format(.source), in: .forward)
            let sum = result ?? self.buffer(kernel.format(.result))
            result = sum
            var bindings: [Role: PlannedTensor] = [.source: input, .result: sum]
            bindings[.weights] = try self.fit(own, to: kernel.format(.weights), in: self.weightPhase)
            bindings[.bias] = index == 0 ? bias : nil
            self.add(kernel, bindings, in: .forward)
            convolved.append(
                ConvolvedPart(
                    name: part.name,
                    kernel: kernel,
                    formats: formats,
                    input: input,
                    weights: own,
                    start: start
                )
            )
            start += part.tensor.format.shape[1]
        }
        guard let result else { preconditionFailure("a convolution of nothing") }
        self.tensors[following.last] = result
        self.addUndoing(of: layer, following, result: result) {
            (compilation, gradient) throws(TensorError) in
            for part in convolved { try compilation.addBackward(of: part, layer, gradient) }
        }
    }

    private mutating func addBackward(
        of part: ConvolvedPart,
        _ layer: Network.Layer,
        _ gradient: PlannedTensor
    ) throws(TensorError) {
        var formats = part.formats
        let shape = formats.weights.shape
        formats.result = .any(formats.result.shape, formats.result.type)
        formats.weights = .any(shape, .float32)
        let backward = try self.engine.convolutionBackwardWeights(formats, of: part.kernel)
        try self.addWeightGradients(
            backward,
            of: layer,
            source: part.input,
            gradient,
            shape,
            from: part.start
        )
        guard self.needsGradient(part.name) else { return }
        formats.weights = .any(shape, self.type)
        let toSource = try self.engine.convolutionBackwardSource(formats, of: part.kernel)
        try self.addSourceGradient(toSource, to: part.name, weights: part.weights, gradient)
    }

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
