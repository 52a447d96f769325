/// Name and version of the content. A reader refuses others: it could go on with something else than was written.
private let format = "carina.checkpoint 1"
private let modelPrefix = "model."
private let optimizerPrefix = "optimizer."
private let notePrefix = "note."

extension Checkpoint {
    /// The file's bytes; equal checkpoints have equal bytes.
    package func serialized() -> [UInt8] {
        var tensors: [String: SafeTensors.Tensor] = [:]
        func add(_ arrays: NamedArrays, prefix: String) {
            for (place, name) in arrays.names.enumerated() {
                tensors[prefix + name] = SafeTensors.Tensor(
                    shape: arrays.shapes[place],
                    values: arrays.values[place]
                )
            }
        }
        add(parameters.trained, prefix: modelPrefix)
        add(parameters.statistics, prefix: modelPrefix)
        for (slot, arrays) in optimizer.slots { add(arrays, prefix: optimizerPrefix + slot + ".") }
        var texts = [
            "format": format,
            "network": hexadecimal(networkFingerprint),
            "step": String(step),
            "epoch": String(epoch),
            "random": random,
            "data_set_hash": hexadecimal(dataSetHash),
            "optimizer": optimizer.kind,
            "optimizer_step": String(optimizer.step),
            "optimizer_slots": optimizer.slots.keys.sorted().joined(separator: " "),
        ]
        for (key, note) in notes { texts[notePrefix + key] = note }
        return SafeTensors(tensors: tensors, metadata: texts).serialized()
    }

    /// Reads the file of a network's training.
    ///
    /// - Throws: `CheckpointError` that says what is wrong; nothing of a refused file is used.
    package init(serialized bytes: [UInt8], of network: Network) throws(CheckpointError) {
        var arrays = try StoredArrays(bytes)
        let texts = StoredTexts(arrays.texts)
        let stated = try texts.text("format")
        guard stated == format else { throw .format(stated) }
        let (found, expected) = (try texts.text("network"), hexadecimal(network.fingerprint))
        guard found == expected else { throw .network(found: found, expected: expected) }
        let parameters = Parameters(
            trained: try arrays.take(network.parameters, prefix: modelPrefix),
            statistics: try arrays.take(network.statistics, prefix: modelPrefix)
        )
        var slots: [String: NamedArrays] = [:]
        for slot in try texts.text("optimizer_slots").split(separator: " ") {
            slots[String(slot)] = try arrays.take(
                network.parameters,
                prefix: optimizerPrefix + slot + "."
            )
        }
        try arrays.finish()
        try self.init(
            of: network,
            parameters: parameters,
            optimizer: OptimizerState(
                kind: try texts.text("optimizer"),
                step: try texts.count("optimizer_step"),
                slots: slots
            ),
            step: try texts.count("step"),
            epoch: try texts.count("epoch"),
            random: try texts.text("random"),
            dataSetHash: try texts.bytes("data_set_hash"),
            notes: texts.notes
        )
    }
}

/// The arrays of a file, each taken once.
private struct StoredArrays {
    let texts: [String: String]
    private var left: [String: SafeTensors.Tensor]

    init(_ bytes: [UInt8]) throws(CheckpointError) {
        do {
            let file = try SafeTensors(serialized: bytes)
            (texts, left) = (file.metadata, file.tensors)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Arrays of the given names and shapes.
    mutating func take(
        _ expected: [(name: String, shape: [Int])],
        prefix: String
    ) throws(CheckpointError) -> NamedArrays {
        var taken: [(name: String, shape: [Int], values: [Float])] = []
        for (name, shape) in expected {
            guard let tensor = left.removeValue(forKey: prefix + name) else {
                throw .arrays(ParametersError(array: prefix + name, "is missing"))
            }
            guard tensor.shape == shape else {
                let problem = "has the shape \(tensor.shape) instead of \(shape)"
                throw .arrays(ParametersError(array: prefix + name, problem))
            }
            taken.append((name, shape, tensor.values))
        }
        return NamedArrays(taken)
    }

    /// Refuses arrays that nobody took.
    func finish() throws(CheckpointError) {
        guard let name = left.keys.min() else { return }
        throw .arrays(ParametersError(array: name, "belongs to no layer"))
    }
}

/// The texts of a file, read with complaints that name the key.
private struct StoredTexts {
    private let texts: [String: String]

    init(_ texts: [String: String]) { self.texts = texts }

    var notes: [String: String] {
        var notes: [String: String] = [:]
        for (key, text) in texts where key.hasPrefix(notePrefix) {
            notes[String(key.dropFirst(notePrefix.count))] = text
        }
        return notes
    }

    func text(_ key: String) throws(CheckpointError) -> String {
        guard let text = texts[key] else { throw .text(key, "is missing") }
        return text
    }

    func count(_ key: String) throws(CheckpointError) -> Int {
        guard let count = Int(try text(key)), count >= 0 else { throw .text(key, "is no number of steps") }
        return count
    }

    func bytes(_ key: String) throws(CheckpointError) -> [UInt8] {
        let digits = Array(try text(key))
        let values = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        guard digits.count % 2 == 0, values.count == digits.count / 2 else {
            throw .text(key, "is not hexadecimal")
        }
        return values
    }
}
