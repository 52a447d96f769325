internal import Tensors

/// From plans to memory.
extension Compilation {
    struct Bound {
        var preparation: [CompiledStep] = []
        var forward: [CompiledStep] = []
        var backward: [CompiledStep] = []
        /// What has to know where an input lies.
        var readers: [String: [@Sendable (TensorPlace) -> Void]] = [:]
        var outputs: [String: TensorPlace] = [:]
        var outputGradients: [String: TensorPlace] = [:]
        var inputGradients: [String: TensorPlace] = [:]
        var byteCount = 0
    }

    /// Gives every tensor its place and every step its tensors.
    func bound() throws(TensorError) -> Bound {
        let ordered = [Phase.preparation, .forward, .backward].flatMap { phase in
            self.steps.filter { $0.phase == phase }
        }
        let plan = self.plan(ordered)
        let memory = TensorMemory(byteCount: plan.byteCount)
        func place(_ tensor: PlannedTensor) -> TensorPlace {
            switch tensor.home {
            case .buffer(let number): TensorPlace(memory, at: plan.offsets[number], format: tensor.format)
            case .place(let number): self.places[number].seen(as: tensor.format)
            case .input: preconditionFailure("an input has no place yet")
            }
        }
        var bound = Bound()
        bound.byteCount = plan.byteCount
        bound.outputs = self.outputs.mapValues(place)
        bound.outputGradients = self.outputGradients.mapValues(place)
        bound.inputGradients = self.inputGradients.mapValues(place)
        for (phase, step) in ordered {
            let compiled: CompiledStep
            switch step.work {
            case .kernel(let kernel, let bindings):
                let open = self.inputs(in: bindings)
                let known = bindings.filter { open[$0.key] == nil }
                let ready = try BoundKernel(kernel, known.mapValues(place), open: Set(open.keys))
                for (role, name) in open {
                    bound.readers[name, default: []].append { ready.bind(role, to: $0) }
                }
                compiled = CompiledStep(
                    layer: step.layer,
                    work: kernel.name,
                    result: bindings[.result].map(place),
                    run: { ready.run() }
                )
            case .function(let work):
                let ready = BoundFunction(
                    work.tensors.map { self.input($0) == nil ? place($0) : nil },
                    work.body
                )
                for (index, tensor) in work.tensors.enumerated() {
                    guard let name = self.input(tensor) else { continue }
                    bound.readers[name, default: []].append { ready.bind(index, to: $0) }
                }
                compiled = CompiledStep(
                    layer: step.layer,
                    work: work.name,
                    result: work.hasResult ? work.tensors.last.map(place) : nil,
                    run: { ready.run() }
                )
            }
            switch phase {
            case .preparation: bound.preparation.append(compiled)
            case .forward: bound.forward.append(compiled)
            case .backward: bound.backward.append(compiled)
            }
        }
        return bound
    }

    /// Which roles are the network's inputs, by name.
    private func inputs(in bindings: [Role: PlannedTensor]) -> [Role: String] {
        bindings.compactMapValues { self.input($0) }
    }

    /// The network's input that a tensor is, by name.
    private func input(_ tensor: PlannedTensor) -> String? {
        guard case .input(let number) = tensor.home else { return nil }
        return self.network.inputs[number].name
    }

    private func plan(_ ordered: [(phase: Phase, step: Step)]) -> MemoryPlan {
        var lifetimes = self.bufferBytes.map {
            MemoryPlan.Lifetime(byteCount: $0, first: .max, last: -1)
        }
        func use(_ tensor: PlannedTensor, at time: Int) {
            guard case .buffer(let number) = tensor.home else { return }
            lifetimes[number].first = min(lifetimes[number].first, time)
            lifetimes[number].last = max(lifetimes[number].last, time)
        }
        for (time, entry) in ordered.enumerated() {
            let used: [PlannedTensor]
            switch entry.step.work {
            case .kernel(_, let bindings): used = Array(bindings.values)
            case .function(let work): used = work.tensors
            }
            for tensor in used {
                use(tensor, at: time)
                // What was prepared once stays.
                if entry.phase == .preparation { use(tensor, at: ordered.count) }
            }
        }
        // Read after the last step of forward; written before the first step of backward.
        let forwardEnd = ordered.firstIndex { $0.phase == .backward } ?? ordered.count
        for tensor in self.outputs.values { use(tensor, at: forwardEnd) }
        for tensor in self.outputGradients.values { use(tensor, at: forwardEnd) }
        for tensor in self.inputGradients.values { use(tensor, at: ordered.count) }
        for index in lifetimes.indices where lifetimes[index].last < 0 {
            lifetimes[index].first = 0
            lifetimes[index].last = 0
        }
        return MemoryPlan(lifetimes)
    }
}
