package import Tensors

/// One network in training: parameters, their optimizer, and kernels that compute a batch forward and backward.
///
/// A step allocates nothing but what its loss allocates. The same seeds give the same bits for the same number of threads.
package struct NetworkTraining {
    /// What is trained.
    package let network: Network
    /// Where inputs are written and outputs are read, (batch, …) each.
    package let compiled: CompiledNetwork
    /// Moves the parameters.
    package private(set) var optimizer: any Optimizer
    /// Gradients longer than this are shortened to it; nil: never.
    package var maximumLength: Float?
    /// Steps that were taken.
    package private(set) var stepCount: Int

    /// Compiles a network for a batch size.
    ///
    /// - Throws: `TensorError` if the processor cannot compute a layer.
    package init(
        _ network: Network,
        parameters: Parameters,
        optimizer: any Optimizer,
        batch: Int,
        precision: CompilationOptions.Precision,
        engine: ComputeEngine,
        maximumLength: Float? = nil,
        stepCount: Int = 0
    ) throws(TensorError) {
        let storage = ParameterStorage(for: network)
        storage.load(parameters)
        self.network = network
        self.compiled = try CompiledNetwork(
            network,
            CompilationOptions(batch: batch, purpose: .training, precision: precision),
            storage: storage,
            engine: engine
        )
        self.optimizer = optimizer
        self.maximumLength = maximumLength
        self.stepCount = stepCount
    }

    /// Goes on from a checkpoint, with the same bits as if it had never stopped.
    ///
    /// - Parameter optimizer: of the kind that made the checkpoint, as it was made for the first step.
    /// - Throws: `CheckpointError` if the optimizer is another one, `TensorError` as above.
    package init(
        _ network: Network,
        resuming checkpoint: Checkpoint,
        optimizer: any Optimizer,
        batch: Int,
        precision: CompilationOptions.Precision,
        engine: ComputeEngine,
        maximumLength: Float? = nil
    ) throws {
        var optimizer = optimizer
        do { try optimizer.restore(checkpoint.optimizer) } catch { throw CheckpointError.arrays(error) }
        try self.init(
            network,
            parameters: checkpoint.parameters,
            optimizer: optimizer,
            batch: batch,
            precision: precision,
            engine: engine,
            maximumLength: maximumLength,
            stepCount: checkpoint.step
        )
    }

    /// All that is needed to go on later.
    ///
    /// - Parameters:
    ///   - epoch: epochs that are done.
    ///   - random: the seed of batches and views, which follow from it and their numbers.
    /// - Throws: `CheckpointError` if a number is none.
    package func checkpoint(
        epoch: Int,
        random: String,
        dataSetHash: [UInt8] = [],
        notes: [String: String] = [:]
    ) throws(CheckpointError) -> Checkpoint {
        try Checkpoint(
            of: self.network,
            parameters: self.parameters,
            optimizer: self.optimizer.state,
            step: self.stepCount,
            epoch: epoch,
            random: random,
            dataSetHash: dataSetHash,
            notes: notes
        )
    }

    /// A copy of the parameters as after the last step.
    package var parameters: Parameters { self.compiled.storage.copied(for: self.network) }

    /// One step on the inputs that were bound or written before.
    ///
    /// - Parameters:
    ///   - rate: the step's length.
    ///   - loss: reads the outputs of `compiled`, writes their gradients, and returns the loss.
    /// - Returns: the loss.
    /// - Throws: `TrainingDivergence` if the loss, a gradient or a running average is no number. What is trained is as before
    ///   then; running averages may be spoiled, so go on from the last checkpoint.
    @discardableResult
    package mutating func step(
        rate: Float,
        loss: (CompiledNetwork) -> Float
    ) throws(TrainingDivergence) -> Float {
        self.compiled.forward()
        let value = loss(self.compiled)
        guard value.isFinite else { throw self.failure(value) }
        self.compiled.backward()
        let storage = self.compiled.storage
        let length = storage.allGradients.write {
            clip(&$0, toLength: self.maximumLength ?? .greatestFiniteMagnitude)
        }
        guard length.isFinite, storage.statistics.values.allSatisfy({ $0.isFinite }) else {
            throw self.failure(value)
        }
        for (place, name) in self.optimizer.names.enumerated() {
            storage.gradient(of: name).read { gradients in
                storage.place(of: name).write {
                    self.optimizer.move(place, &$0, gradients: gradients, rate: rate)
                }
            }
        }
        self.stepCount += 1
        return value
    }

    /// Looks for the first number that is none: rather in inputs and layers than in the gradients that follow from them.
    private func failure(_ loss: Float) -> TrainingDivergence {
        let storage = self.compiled.storage
        let gradient = self.optimizer.names.first { storage.gradients[$0]?.isFinite == false }
        let statistic = storage.statistics.keys.sorted().first { storage.statistics[$0]?.isFinite == false }
        let place =
            self.compiled.firstInputNotFinite().map { "input \($0)" }
            ?? self.compiled.firstLayerNotFinite().map { "layer \($0)" }
            ?? statistic
            ?? (loss.isFinite ? gradient.map { "the gradient of \($0)" } : nil)
        return TrainingDivergence(step: self.stepCount, loss: loss, place: place)
    }
}

/// Why a training stopped.
package struct TrainingDivergence: Error, Equatable, CustomStringConvertible {
    /// The step that failed, from 0.
    package let step: Int
    /// The loss of that step.
    package let loss: Float
    /// The input, layer, running average or gradient where it appears first; nil if only the loss is no number.
    package let place: String?

    /// For people.
    package var description: String {
        "training stopped at step \(self.step): a number that is not finite, first in "
            + (self.place ?? "the loss") + " (loss \(self.loss))"
    }
}
