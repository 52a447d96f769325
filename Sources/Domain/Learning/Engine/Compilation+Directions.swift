internal import Tensors

/// Forward through all layers, and backward through their undoings.
extension Compilation {
    mutating func addForward() throws(TensorError) {
        for layer in self.network.layers where !self.absorbed.contains(layer.name) {
            self.layerName = layer.name
            try self.addLayer(layer)
        }
        for name in self.network.outputs {
            guard let tensor = self.tensors[name] else { preconditionFailure("no tensor is called \(name)") }
            self.layerName = name
            self.outputs[name] = try self.ownPlain(tensor)
        }
    }

    mutating func addBackward() throws(TensorError) {
        for name in self.network.outputs {
            guard let output = self.outputs[name] else { continue }
            let gradient = self.buffer(output.format)
            self.outputGradients[name] = gradient
            self.contribute(gradient, to: name)
        }
        for undoing in self.undoings.reversed() {
            self.layerName = undoing.result
            if let gradient = try self.gradient(of: undoing.result) { try undoing.add(&self, gradient) }
        }
        for name in self.options.inputGradients {
            self.layerName = name
            guard let input = self.inputs[name], let gradient = try self.gradient(of: name) else { continue }
            self.inputGradients[name] = try self.fit(gradient, to: input.format, in: .backward)
        }
    }

    mutating func contribute(_ gradient: PlannedTensor, to name: String) {
        self.contributions[name, default: []].append(gradient)
    }

    /// Whether anything that is wanted depends on a tensor.
    func needsGradient(_ name: String) -> Bool { self.differentiable.contains(name) }

    /// The sum of what came to a tensor; nil if nothing did.
    private mutating func gradient(of name: String) throws(TensorError) -> PlannedTensor? {
        guard let all = self.contributions[name], let first = all.first else { return nil }
        if all.count == 1 { return first }
        var alike: [PlannedTensor] = []
        for gradient in all { alike.append(try self.fit(gradient, to: first.format, in: .backward)) }
        let result = self.buffer(first.format)
        let kernel = try self.engine.sum(alike.map { $0.format }, result: first.format)
        var bindings: [Role: PlannedTensor] = [.result: result]
        for (index, gradient) in alike.enumerated() { bindings[.source(index)] = gradient }
        self.add(kernel, bindings, in: .backward)
        return result
    }
}
