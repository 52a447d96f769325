internal import LinearAlgebra
internal import Tensors

/// Batch normalization.
extension Compilation {
    /// What a normalization's forward kernel leaves to the backward one.
    private struct Normalized {
        let kind: NormalizationKind
        let kernel: Kernel
        let source: PlannedTensor
        /// Scale, shift, means, variances, and a workspace if there is one.
        let known: [Role: PlannedTensor]
    }

    mutating func addNormalization(
        _ layer: Network.Layer,
        source: PlannedTensor
    ) throws(TensorError) {
        guard case .batchNormalization(let epsilon, let momentum) = layer.operation,
            let scale = self.storage.parameters[layer.name + ".weight"].map({ self.fixed($0) }),
            let shift = self.storage.parameters[layer.name + ".bias"].map({ self.fixed($0) }),
            let runningMean = self.storage.statistics[layer.name + ".running_mean"].map({ self.fixed($0) }),
            let runningVariance = self.storage.statistics[layer.name + ".running_var"].map({ self.fixed($0) })
        else { preconditionFailure("no parameters of \(layer.name)") }
        let activation = self.absorbActivation(after: layer.name, onlyRelu: true)
        let kind = NormalizationKind(
            epsilon: epsilon,
            usesBatch: self.isTraining,
            hasRelu: activation != nil,
            isGiven: self.options.usesOwnKernels
        )
        let mean = self.isTraining ? self.buffer(scale.format) : runningMean
        let variance = self.isTraining ? self.buffer(scale.format) : runningVariance
        var source = source
        if self.isTraining && kind.isGiven {
            source = try self.addMoments(of: source, mean: mean, variance: variance)
        }
        let kernel = try self.engine.normalization(kind, of: source.format)
        let result = self.buffer(source.format)
        var known: [Role: PlannedTensor] = [
            .scale: scale, .shift: shift, .mean: mean, .variance: variance,
        ]
        if kernel.roles.contains(.workspace) { known[.workspace] = self.buffer(kernel.format(.workspace)) }
        self.add(kernel, known.merging([.source: source, .result: result]) { $1 }, in: .forward)
        let last = activation?.name ?? layer.name
        self.tensors[last] = result
        guard self.isTraining else { return }
        let count = source.format.shape[0] * source.format.shape[2] * source.format.shape[3]
        self.add([mean, variance, runningMean, runningVariance], in: .forward) { places in
            follow(places[2], places[0], momentum: momentum, factor: 1)
            // The running variance is that of the population.
            follow(places[3], places[1], momentum: momentum, factor: Float(count) / Float(max(1, count - 1)))
        }
        let normalized = Normalized(kind: kind, kernel: kernel, source: source, known: known)
        self.undoings.append(
            Undoing(result: last) { (compilation, gradient) throws(TensorError) in
                try compilation.addBackward(of: normalized, layer, gradient)
            }
        )
    }

    /// Adds a step of our own that finds means and variances of the batch: oneDNN adds up a channel's numbers one by
    /// one in single precision, which a ReLU behind can turn into another gradient.
    ///
    /// - Returns: the source as it is to be read.
    private mutating func addMoments(
        of source: PlannedTensor,
        mean: PlannedTensor,
        variance: PlannedTensor
    ) throws(TensorError) -> PlannedTensor {
        let shape = source.format.shape
        var source = source
        if source.format.channelWidth == nil {
            source = try self.fit(source, to: .plain(shape, source.format.type), in: .forward)
        }
        let moments = ChannelMoments(
            channels: shape[1],
            places: shape[2] * shape[3],
            width: source.format.channelWidth ?? 1
        )
        let sums = self.buffer(.plain([shape[0] * moments.sumCount * MemoryLayout<Double>.size], .opaque))
        let engine = self.engine
        self.add([source, sums, mean, variance], as: "channel moments", in: .forward) { places in
            engine.inParallel(shape[0]) { addUp($0, of: places[0], moments, into: places[1]) }
            places[1].readDoubles { sums in
                places[2].write { means in
                    places[3].write { variances in
                        moments.finish(sums, means: &means, variances: &variances)
                    }
                }
            }
        }
        return source
    }

    private mutating func addBackward(
        of normalized: Normalized,
        _ layer: Network.Layer,
        _ gradient: PlannedTensor
    ) throws(TensorError) {
        let format = normalized.source.format
        let backward = try self.engine.normalizationBackward(
            normalized.kind,
            of: format,
            forward: normalized.kernel
        )
        let found = self.buffer(format)
        var bindings = normalized.known
        bindings[.source] = normalized.source
        bindings[.sourceGradient] = found
        bindings[.resultGradient] = try self.fit(gradient, to: format, in: .backward)
        bindings[.scaleGradient] = self.storage.gradients[layer.name + ".weight"].map { self.fixed($0) }
        bindings[.shiftGradient] = self.storage.gradients[layer.name + ".bias"].map { self.fixed($0) }
        self.add(backward, bindings, in: .backward)
        if self.needsGradient(layer.sources[0]) { self.contribute(found, to: layer.sources[0]) }
    }
}

/// Adds up some items of a source (batch, channels, height, width); sums (batch, …).
private func addUp(
    _ items: Range<Int>,
    of source: TensorPlace,
    _ moments: ChannelMoments,
    into sums: TensorPlace
) {
    func range(_ width: Int) -> Range<Int> { items.lowerBound * width..<items.upperBound * width }
    let numbers = range(moments.imageCount)
    sums.writeDoubles(range(moments.sumCount)) { sums in
        switch source.format.type {
        case .bfloat16: source.readBits { moments.add($0.extracting(numbers), into: &sums) }
        case .float32, .opaque: source.read { moments.add($0.extracting(numbers), into: &sums) }
        }
    }
}
