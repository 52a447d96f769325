internal import LinearAlgebra
internal import Tensors

/// Layer normalization, by kernels of our own: oneDNN's scales each number of an item, not each channel.
extension Compilation {
    mutating func addLayerNormalization(
        _ layer: Network.Layer,
        epsilon: Float,
        source: PlannedTensor
    ) throws(TensorError) {
        guard let weights = self.storage.parameters[layer.name + ".weight"].map({ self.fixed($0) }),
            let biases = self.storage.parameters[layer.name + ".bias"].map({ self.fixed($0) })
        else { preconditionFailure("no parameters of \(layer.name)") }
        let activation = self.absorbActivation(after: layer.name, onlyRelu: true)
        let shape = source.format.shape
        var source = source
        if source.format.channelWidth == nil {
            source = try self.fit(source, to: .plain(shape, source.format.type), in: .forward)
        }
        let normalization = ItemNormalization(
            channels: shape[1],
            places: shape[2] * shape[3],
            width: source.format.channelWidth ?? 1,
            isHalf: source.format.type == .bfloat16,
            epsilon: epsilon,
            isRectified: activation != nil
        )
        let result = self.buffer(source.format)
        let engine = self.engine
        self.add([source, weights, biases, result], as: "layer normalization", in: .forward) { places in
            engine.inParallel(shape[0]) { items in
                normalize(items, of: places[0], normalization, places[1], places[2], into: places[3])
            }
        }
        let last = activation?.name ?? layer.name
        self.tensors[last] = result
        guard self.isTraining else { return }
        self.undoings.append(
            Undoing(result: last) { (compilation, gradient) throws(TensorError) in
                try compilation.addBackward(normalization, layer, source: source, result: result, gradient)
            }
        )
    }

    private mutating func addBackward(
        _ normalization: ItemNormalization,
        _ layer: Network.Layer,
        source: PlannedTensor,
        result: PlannedTensor,
        _ gradient: PlannedTensor
    ) throws(TensorError) {
        guard let weights = self.storage.parameters[layer.name + ".weight"].map({ self.fixed($0) }),
            let weightGradient = self.storage.gradients[layer.name + ".weight"].map({ self.fixed($0) }),
            let biasGradient = self.storage.gradients[layer.name + ".bias"].map({ self.fixed($0) })
        else { preconditionFailure("no gradients of \(layer.name)") }
        let batch = source.format.shape[0]
        let found = self.buffer(source.format)
        let given = try self.fit(gradient, to: source.format, in: .backward)
        // Each item's share, added up in the order of items afterwards: the bits are the same for any number of threads.
        let count = normalization.gradientCount
        let shares = self.buffer(.plain([batch * count * MemoryLayout<Double>.size], .opaque))
        let engine = self.engine
        self.add(
            [source, result, given, weights, found, shares, weightGradient, biasGradient],
            as: "layer normalization backward",
            in: .backward
        ) { places in
            engine.inParallel(batch) { items in
                for item in items { undo(item, normalization, count, places) }
            }
            addUp(places[5], items: batch, weights: places[6], biases: places[7])
        }
        if self.needsGradient(layer.sources[0]) { self.contribute(found, to: layer.sources[0]) }
    }
}

private func normalize(
    _ items: Range<Int>,
    of source: TensorPlace,
    _ normalization: ItemNormalization,
    _ weights: TensorPlace,
    _ biases: TensorPlace,
    into result: TensorPlace
) {
    weights.read { weights in
        biases.read { biases in
            for item in items {
                source.readItem(item) { source in
                    result.writeItem(item) {
                        normalization.write(source, weights: weights, biases: biases, into: &$0)
                    }
                }
            }
        }
    }
}

/// - Parameter places: source, result, its gradient, weights; overwritten: the source's gradient, shares.
private func undo(_ item: Int, _ normalization: ItemNormalization, _ count: Int, _ places: [TensorPlace]) {
    places[0].readItem(item) { source in
        places[1].readItem(item) { result in
            places[2].readItem(item) { gradient in
                places[3].read { weights in
                    places[4].writeItem(item) { found in
                        places[5].writeDoubles(item * count..<(item + 1) * count) { shares in
                            normalization.writeGradients(
                                of: source,
                                result: result,
                                gradient: gradient,
                                weights: weights,
                                into: &found,
                                parameters: &shares
                            )
                        }
                    }
                }
            }
        }
    }
}

/// Sums of (items, 2, channels) as gradients of weights and biases.
private func addUp(_ shares: TensorPlace, items: Int, weights: TensorPlace, biases: TensorPlace) {
    shares.readDoubles { shares in
        for (start, result) in [(0, weights), (shares.count / items / 2, biases)] {
            result.write { result in
                for channel in result.indices {
                    var sum = 0.0
                    for item in 0..<items { sum += shares[item * shares.count / items + start + channel] }
                    result[channel] = Float(sum)
                }
            }
        }
    }
}
