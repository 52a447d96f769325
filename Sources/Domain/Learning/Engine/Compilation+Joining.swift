internal import Tensors

/// Layers of several sources.
extension Compilation {
    mutating func addConcatenation(
        _ layer: Network.Layer,
        _ sources: [PlannedTensor],
        _ shape: [Int]
    ) throws(TensorError) {
        if case .convolution(_, _, _, _, groups: 1, _) = self.onlyUser(of: layer.name)?.operation {
            self.joined[layer.name] = zip(layer.sources, sources).map { Part(name: $0, tensor: $1) }
            return
        }
        let formats: [TensorFormat]
        if shape.count == 1 {
            // Each copied to its place at once, from whatever type it has.
            let result = self.buffer(.plain([self.options.batch] + shape, self.type))
            formats = sources.map { .plain($0.format.shape, self.type) }
            for (source, part) in zip(sources, Self.parts(of: result.format, formats)) {
                try self.copy(source, to: result.seen(as: part), in: .forward)
            }
            self.tensors[layer.name] = result
        } else {
            formats = try self.concatenate(layer.name, sources, shape)
        }
        guard layer.sources.contains(where: { self.needsGradient($0) }) else { return }
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                try compilation.addParts(of: gradient, to: layer, formats)
            }
        )
    }

    /// Parts of a plain tensor that lie behind one another along its second size.
    private static func parts(of whole: TensorFormat, _ formats: [TensorFormat]) -> [TensorFormat] {
        var start = 0
        return formats.map { format in
            defer { start += format.shape[1] }
            guard let part = whole.part(format.shape, from: [0, start]) else {
                preconditionFailure("a part of a plain tensor")
            }
            return part
        }
    }

    /// Channels behind one another, as oneDNN does it.
    ///
    /// - Returns: the formats of what was joined.
    private mutating func concatenate(
        _ name: String,
        _ sources: [PlannedTensor],
        _ shape: [Int]
    ) throws(TensorError) -> [TensorFormat] {
        var parts: [PlannedTensor] = []
        for source in sources { parts.append(try self.typed(source)) }
        let kernel = try self.engine.concatenation(parts.map { $0.format }, result: self.resultFormat(shape))
        let result = self.buffer(kernel.format(.result))
        var bindings: [Role: PlannedTensor] = [.result: result]
        for (index, part) in parts.enumerated() { bindings[.source(index)] = part }
        self.add(kernel, bindings, in: .forward)
        self.tensors[name] = result
        return parts.map { $0.format }
    }

    /// Each source's gradient is a part of the whole's.
    private mutating func addParts(
        of gradient: PlannedTensor,
        to layer: Network.Layer,
        _ formats: [TensorFormat]
    ) throws(TensorError) {
        var start = 0
        for (name, format) in zip(layer.sources, formats) {
            defer { start += format.shape[1] }
            guard self.needsGradient(name) else { continue }
            let offsets = [0, start] + Array(repeating: 0, count: format.shape.count - 2)
            var whole = gradient
            var part = whole.format.part(format.shape, from: offsets)
            if part == nil {
                // Blocks of channels cannot be cut there.
                whole = try self.fit(
                    gradient,
                    to: .plain(gradient.format.shape, gradient.format.type),
                    in: .backward
                )
                part = whole.format.part(format.shape, from: offsets)
            }
            guard let part else { preconditionFailure("a part of a plain tensor") }
            let found = self.buffer(format)
            try self.copy(whole.seen(as: part), to: found, in: .backward)
            self.contribute(found, to: name)
        }
    }

    mutating func addSum(_ layer: Network.Layer, _ sources: [PlannedTensor]) throws(TensorError) {
        guard let first = sources.first else { return }
        // As the first one lies.
        let format = try self.typed(first).format
        var bindings: [Role: PlannedTensor] = [:]
        for (index, source) in sources.enumerated() {
            bindings[.source(index)] = try self.fit(source, to: format, in: .forward)
        }
        let kernel = try self.engine.sum(sources.map { _ in format }, result: format)
        let result = self.buffer(format)
        bindings[.result] = result
        self.add(kernel, bindings, in: .forward)
        self.tensors[layer.name] = result
        self.undoings.append(
            Undoing(result: layer.name) { (compilation, gradient) throws(TensorError) in
                for name in layer.sources where compilation.needsGradient(name) {
                    compilation.contribute(gradient, to: name)
                }
            }
        )
    }
}
