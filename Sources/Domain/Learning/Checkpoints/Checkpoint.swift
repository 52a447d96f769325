/// All that a training needs to go on as if it had never stopped.
///
/// The bytes are a safetensors file with a checksum: arrays "model." + name and "optimizer." + slot + "." +
/// name, the rest as texts. Writing them durably is the caller's (`Storage`): aside, synced, renamed.
package struct Checkpoint: Sendable, Equatable {
    /// Trained numbers and statistics.
    package let parameters: Parameters
    /// What the optimizer remembers.
    package let optimizer: OptimizerState
    /// Steps of the whole training that are done; the optimizer counts its own.
    package let step: Int
    /// Epochs that are done.
    package let epoch: Int
    /// The state of random numbers, or the seed if the rest follows from step and epoch; for the training to read.
    package let random: String
    /// `Network.fingerprint` (32 bytes) of the network whose parameters these are.
    package let networkFingerprint: [UInt8]
    /// Tells which data set it was trained on; empty for none.
    package let dataSetHash: [UInt8]
    /// Whatever else is worth knowing, by key: losses, commit, recipe.
    package let notes: [String: String]

    /// A checkpoint of a network's training.
    ///
    /// - Throws: `CheckpointError` if the parameters or the optimizer's arrays are not the network's, or a
    ///   number is below zero: what could not be read back is not written.
    package init(
        of network: Network,
        parameters: Parameters,
        optimizer: OptimizerState,
        step: Int,
        epoch: Int,
        random: String,
        dataSetHash: [UInt8] = [],
        notes: [String: String] = [:]
    ) throws(CheckpointError) {
        guard step >= 0, epoch >= 0, optimizer.step >= 0 else {
            throw .text("step or epoch", "a number below zero")
        }
        do {
            try parameters.check(fit: network)
            for (_, slot) in optimizer.slots.sorted(by: { $0.key < $1.key }) {
                try slot.check(fit: network.parameters)
            }
        } catch {
            throw .arrays(error)
        }
        self.parameters = parameters
        self.optimizer = optimizer
        self.step = step
        self.epoch = epoch
        self.random = random
        networkFingerprint = network.fingerprint
        self.dataSetHash = dataSetHash
        self.notes = notes
    }
}

/// Why a checkpoint was refused.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
    /// Damaged, cut off, or no file of ours.
    case unreadable(ModelFileError)
    /// Another content or version, by its name.
    case format(String)
    /// Parameters of another network: fingerprints in hexadecimal digits.
    case network(found: String, expected: String)
    /// A text is missing or cannot be read: its key and the problem.
    case text(String, String)
    /// An array is missing, has another shape or is superfluous.
    case arrays(ParametersError)

    /// For people.
    package var description: String {
        switch self {
        case .unreadable(let error): "checkpoint: \(error)"
        case .format(let name): "checkpoint: its format is \(name)"
        case .network(let found, let expected):
            "checkpoint: of network \(found.prefix(16)) instead of \(expected.prefix(16))"
        case .text(let key, let problem): "checkpoint: \(key): \(problem)"
        case .arrays(let error): "checkpoint: \(error)"
        }
    }
}
