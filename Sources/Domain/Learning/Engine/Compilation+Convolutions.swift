internal import LinearAlgebra
internal import Tensors

/// Convolutions.
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

    /// What is computed along with a part, and what it is added to.
    struct PartTerms {
        /// Plain, where the parameters lie.
        let weights: PlannedTensor
        let bias: PlannedTensor?
        let adds: Bool
        let activation: ElementwiseFunction?
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
        let own = parts.map { self.fewChannels(of: $0.tensor, layer, following) }
        var result = own.lazy.compactMap { $0 }.first.map {
            self.buffer(.channelsLast($0.resultShape, self.type))
        }
        var convolved: [ConvolvedPart] = []
        var start = 0
        for (index, part) in parts.enumerated() {
            var kernelShape = wholeShape
            if parts.count > 1 { kernelShape[1] = part.tensor.format.shape[1] }
            let terms = PartTerms(
                weights: Self.weightPart(of: master, kernelShape, from: start),
                bias: index == 0 ? bias : nil,
                adds: index > 0,
                activation: index == parts.count - 1 ? following.activation : nil
            )
            if let convolution = own[index], let result {
                try self.add(convolution, of: part.tensor, terms, to: result)
            } else {
                let formats = ConvolutionFormats(
                    source: self.resultFormat(Array(part.tensor.format.shape.dropFirst())),
                    weights: .any(kernelShape, self.type),
                    bias: terms.bias?.format,
                    result: result?.format ?? self.resultFormat(shape),
                    window: Window(side: side, stride: stride, padding: padding)
                )
                convolved.append(try self.add(part, formats, terms, start, to: &result))
            }
            start += part.tensor.format.shape[1]
        }
        guard let result else { preconditionFailure("a convolution of nothing") }
        self.tensors[following.last] = result
        self.addUndoing(of: layer, following, result: result) {
            (compilation, gradient) throws(TensorError) in
            for part in convolved { try compilation.addBackward(of: part, layer, gradient) }
        }
    }

    /// Adds oneDNN's kernel for a part.
    ///
    /// - Parameters:
    ///   - result: where the sum of the parts lies; made if this is the first.
    private mutating func add(
        _ part: Part,
        _ formats: ConvolutionFormats,
        _ terms: PartTerms,
        _ start: Int,
        to result: inout PlannedTensor?
    ) throws(TensorError) -> ConvolvedPart {
        var attributes = Attributes()
        attributes.addsToResult = terms.adds
        attributes.activation = terms.activation
        let kernel = try self.engine.convolution(
            formats,
            isTraining: self.isTraining,
            attributes: attributes
        )
        let input = try self.fit(part.tensor, to: kernel.format(.source), in: .forward)
        let sum = result ?? self.buffer(kernel.format(.result))
        result = sum
        var bindings: [Role: PlannedTensor] = [.source: input, .result: sum]
        bindings[.weights] = try self.fit(terms.weights, to: kernel.format(.weights), in: self.weightPhase)
        bindings[.bias] = terms.bias
        self.add(kernel, bindings, in: .forward)
        return ConvolvedPart(
            name: part.name,
            kernel: kernel,
            formats: formats,
            input: input,
            weights: terms.weights,
            start: start
        )
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
}
