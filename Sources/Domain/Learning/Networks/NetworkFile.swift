/// A trained network as a file: its parameters by name, and texts about them, in the safetensors format with a
/// checksum. Equal contents have equal bytes.
package struct NetworkFile: Sendable, Equatable {
    /// Trained numbers and statistics.
    package let parameters: Parameters
    /// Texts about them by key.
    package let texts: [String: String]
    /// The file.
    package let bytes: [UInt8]

    private static let formatKey = "format"
    private static let networkKey = "network"

    /// SHA-256 of the file (32 bytes): names this model.
    package var fingerprint: [UInt8] { sha256(bytes) }

    /// A file's content.
    ///
    /// - Parameters:
    ///   - format: name and version of the kind of model; a reader of another one refuses the file.
    ///   - parameters: the network's.
    ///   - texts: their keys are neither "format" nor "network".
    package init(
        format: String,
        network: Network,
        parameters: Parameters,
        texts: [String: String]
    ) throws(ParametersError) {
        try parameters.check(fit: network)
        var all = texts
        all[Self.formatKey] = format
        all[Self.networkKey] = hexadecimal(network.fingerprint)
        var tensors: [String: SafeTensors.Tensor] = [:]
        for arrays in [parameters.trained, parameters.statistics] {
            for (place, name) in arrays.names.enumerated() {
                let tensor = SafeTensors.Tensor(shape: arrays.shapes[place], values: arrays.values[place])
                tensors[name] = tensor
            }
        }
        self.parameters = parameters
        self.texts = texts
        bytes = SafeTensors(tensors: tensors, metadata: all).serialized()
    }

    /// Reads a file.
    ///
    /// - Throws: `ModelFileError` if it is damaged, of another format or of another network.
    package init(
        serialized bytes: [UInt8],
        format: String,
        network: Network
    ) throws(ModelFileError) {
        let file = try SafeTensors(serialized: bytes)
        var texts = file.metadata
        guard texts.removeValue(forKey: Self.formatKey) == format else {
            throw ModelFileError("not \(format)")
        }
        guard texts.removeValue(forKey: Self.networkKey) == hexadecimal(network.fingerprint) else {
            throw ModelFileError("of another network")
        }
        let (trained, statistics) = (network.parameters, network.statistics)
        guard file.tensors.count == trained.count + statistics.count else {
            throw ModelFileError("\(file.tensors.count) arrays are not those of its network")
        }
        func arrays(_ expected: [(name: String, shape: [Int])]) throws(ModelFileError) -> NamedArrays {
            var found: [(name: String, shape: [Int], values: [Float])] = []
            for (name, shape) in expected {
                guard let tensor = file.tensors[name], tensor.shape == shape else {
                    throw ModelFileError("array \(name) is missing or has another shape")
                }
                found.append((name, shape, tensor.values))
            }
            return NamedArrays(found)
        }
        parameters = Parameters(trained: try arrays(trained), statistics: try arrays(statistics))
        self.texts = texts
        self.bytes = bytes
    }
}
