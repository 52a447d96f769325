/// A trained network as a file: its parameters by name, and texts about them, in the safetensors format with a
/// checksum. Equal contents have equal bytes.
package struct NetworkFile: Sendable, Equatable {
    /// Trained numbers and statistics.
    package let parameters: Parameters
    /// Texts about them by key.
    package let texts: [String: String]
    /// Arrays beside them, of no layer.
    package let additions: NamedArrays
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
    ///   - additions: arrays beside the parameters, of other names.
    ///   - inHalves: all numbers are rounded to half precision, and the file is half as large.
    /// - Throws: `ParametersError` if the parameters do not fit the network, or a number is too large for half precision.
    package init(
        format: String,
        network: Network,
        parameters: Parameters,
        texts: [String: String],
        additions: NamedArrays = NamedArrays([]),
        inHalves: Bool = false
    ) throws(ParametersError) {
        try parameters.check(fit: network)
        var all = texts
        all[Self.formatKey] = format
        all[Self.networkKey] = hexadecimal(network.fingerprint)
        var tensors: [String: SafeTensors.Tensor] = [:]
        func stored(_ arrays: NamedArrays) throws(ParametersError) -> NamedArrays {
            var values: [[Float]] = []
            for (place, name) in arrays.names.enumerated() {
                let tensor = SafeTensors.Tensor(
                    shape: arrays.shapes[place],
                    values: arrays.values[place],
                    precision: inHalves ? .half : .single
                )
                precondition(tensors[name] == nil, "two arrays \(name)")
                guard tensor.values.allSatisfy(\.isFinite) else {
                    throw ParametersError(array: name, "holds a number too large for half precision")
                }
                tensors[name] = tensor
                values.append(tensor.values)
            }
            return NamedArrays(like: arrays, values: values)
        }
        self.parameters = Parameters(
            trained: try stored(parameters.trained),
            statistics: try stored(parameters.statistics)
        )
        self.texts = texts
        self.additions = try stored(additions)
        bytes = SafeTensors(tensors: tensors, metadata: all).serialized()
    }

    /// Reads a file.
    ///
    /// - Parameter additions: arrays that may or must stand beside the parameters.
    /// - Throws: `ModelFileError` if it is damaged, of another format or of another network.
    package init(
        serialized bytes: [UInt8],
        format: String,
        network: Network,
        additions: [(name: String, shape: [Int], isOptional: Bool)] = []
    ) throws(ModelFileError) {
        let file = try SafeTensors(serialized: bytes)
        var texts = file.metadata
        let found = texts.removeValue(forKey: Self.formatKey)
        guard found == format else {
            throw ModelFileError("\(found ?? "something else") and not \(format)")
        }
        guard texts.removeValue(forKey: Self.networkKey) == hexadecimal(network.fingerprint) else {
            throw ModelFileError("of another network")
        }
        let (trained, statistics) = (network.parameters, network.statistics)
        let present = additions.filter { !$0.isOptional || file.tensors[$0.name] != nil }
        guard file.tensors.count == trained.count + statistics.count + present.count else {
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
        self.additions = try arrays(present.map { ($0.name, $0.shape) })
        self.texts = texts
        self.bytes = bytes
    }
}
