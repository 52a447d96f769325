internal import Synchronization
package import Tensors

/// What a network is compiled for.
package struct CompilationOptions: Sendable, Hashable {
    package enum Purpose: Sendable { case inference, training }
    package enum Precision: Sendable { case float32, bfloat16 }

    /// Items computed at once.
    package var batch: Int
    package var purpose: Purpose
    /// Of activations, their gradients and the weights that kernels read; parameters and their gradients are float32.
    package var precision: Precision
    /// Inputs whose gradients are wanted too.
    package var inputGradients: Set<String>
    /// Whether our own kernels compute what they can on this processor; else oneDNN computes all.
    package var usesOwnKernels: Bool

    /// Options.
    package init(
        batch: Int,
        purpose: Purpose,
        precision: Precision = .float32,
        inputGradients: Set<String> = [],
        usesOwnKernels: Bool = true
    ) {
        self.batch = batch
        self.purpose = purpose
        self.precision = precision
        self.inputGradients = inputGradients
        self.usesOwnKernels = usesOwnKernels
    }
}

/// A network made ready for one batch size: all kernels compiled, all memory planned, so that running it allocates nothing.
///
/// Inputs and outputs are plain float32, (batch, …); inputs are read where they lie. One thread at a time may use it.
package final class CompiledNetwork: Sendable {
    private let inputs: Mutex<[String: TensorPlace]>
    private let inputFormats: [String: TensorFormat]
    private let readers: [String: [@Sendable (TensorPlace) -> Void]]
    private let outputs: [String: TensorPlace]
    private let outputGradients: [String: TensorPlace]
    private let inputGradients: [String: TensorPlace]
    /// Its parameters.
    package let storage: ParameterStorage
    /// Bytes of activations, gradients of activations and scratch.
    package let activationByteCount: Int
    /// What `forward` does, step by step; for measurements.
    package let forwardSteps: [CompiledStep]
    /// What `backward` does, step by step; for measurements.
    package let backwardSteps: [CompiledStep]
    private let preparation: [CompiledStep]
    private let engine: ComputeEngine

    /// Compiles a network.
    ///
    /// - Throws: `TensorError` if the processor or the library cannot compute one of its layers.
    package init(
        _ network: Network,
        _ options: CompilationOptions,
        storage: ParameterStorage,
        engine: ComputeEngine
    ) throws(TensorError) {
        var compilation = Compilation(network, options, storage: storage, engine: engine)
        try compilation.addForward()
        if options.purpose == .training { try compilation.addBackward() }
        let bound = try compilation.bound()
        self.inputs = Mutex([:])
        self.inputFormats = compilation.inputs.mapValues { $0.format }
        self.readers = bound.readers
        self.outputs = bound.outputs
        self.outputGradients = bound.outputGradients
        self.inputGradients = bound.inputGradients
        self.preparation = bound.preparation
        self.forwardSteps = bound.forward
        self.backwardSteps = bound.backward
        self.activationByteCount = bound.byteCount
        self.storage = storage
        self.engine = engine
        self.refresh()
    }

    /// Where an input of the network is to be written before `forward`: what was bound, else memory of its own.
    package func input(_ name: String) -> TensorPlace {
        if let bound = self.inputs.withLock({ $0[name] }) { return bound }
        guard let format = self.inputFormats[name] else { preconditionFailure("the network has no \(name)") }
        let place = TensorPlace(zeros: format.shape)
        self.bind(name, to: place)
        return place
    }

    /// Lets an input be read where it lies: plain float32, (batch, …). It has to stay as it is until `forward`, and
    /// `backward` in training, have run.
    package func bind(_ name: String, to place: TensorPlace) {
        precondition(place.format == self.inputFormats[name], "\(name) of shape \(place.format.shape)")
        for reader in self.readers[name] ?? [] { reader(place) }
        self.inputs.withLock { $0[name] = place }
    }

    /// Where an output of the network is to be read after `forward`.
    package func output(_ name: String) -> TensorPlace { Self.place(name, in: self.outputs) }

    /// Where an output's gradient is to be written between `forward` and `backward`.
    package func outputGradient(_ name: String) -> TensorPlace { Self.place(name, in: self.outputGradients) }

    /// Where an input's gradient is to be read after `backward`, if it was asked for.
    package func inputGradient(_ name: String) -> TensorPlace { Self.place(name, in: self.inputGradients) }

    private static func place(_ name: String, in places: [String: TensorPlace]) -> TensorPlace {
        guard let place = places[name] else { preconditionFailure("the network has no \(name)") }
        return place
    }

    /// Takes over parameters that have changed; only for inference, where they are prepared once.
    package func refresh() {
        self.engine.claimThreads()
        for step in self.preparation { step.run() }
    }

    /// Computes the outputs of the inputs.
    package func forward() {
        if self.inputs.withLock({ $0.count }) < self.inputFormats.count {
            for name in self.inputFormats.keys { _ = self.input(name) }
        }
        self.engine.claimThreads()
        for step in self.forwardSteps { step.run() }
    }

    /// Computes the gradients of parameters, and of inputs where asked for, from those of the outputs.
    package func backward() {
        self.engine.claimThreads()
        for step in self.backwardSteps { step.run() }
    }
}

extension CompiledNetwork {
    /// The first input, by name, that holds what is no number; nil if none does.
    package func firstInputNotFinite() -> String? {
        self.inputs.withLock { $0 }.sorted { $0.key < $1.key }.first { !$0.value.isFinite }?.key
    }

    /// Computes forward, step by step: the layer whose result is the first that is no number; nil if all are.
    package func firstLayerNotFinite() -> String? {
        self.engine.claimThreads()
        for step in self.forwardSteps {
            step.run()
            if let result = step.result, !result.isFinite { return step.layer }
        }
        return nil
    }
}

/// One step of a compiled network.
package struct CompiledStep: Sendable {
    /// The layer for which it is done.
    package let layer: String
    /// What is done for it.
    package let work: String
    /// What it computes, where that is one tensor.
    let result: TensorPlace?
    package let run: @Sendable () -> Void
}
