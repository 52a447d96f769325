/// Collects nodes and constants of an ONNX graph (`GraphProto`). Results bear the names of their layers; what
/// stands in between is called layer/step. Every name may be used once only.
struct ONNXGraph {
    private let parameters: Parameters
    private var names: Set<String> = []
    private var nodes: [ProtobufWriter] = []
    private var constants: [ProtobufWriter] = []

    init(_ parameters: Parameters) { self.parameters = parameters }

    /// `GraphProto` with the inputs and outputs of a network.
    func message(of network: Network) -> ProtobufWriter {
        var message = ProtobufWriter()
        for node in nodes { message.add(1, node) }
        message.add(2, "network")
        for constant in constants { message.add(5, constant) }
        for input in network.inputs { message.add(11, onnxValue(input.name, shape: input.shape)) }
        for output in network.outputs {
            message.add(12, onnxValue(output, shape: network.shape(of: output) ?? []))
        }
        return message
    }

    /// Reserves a name.
    mutating func claim(_ name: String) throws(ONNXError) {
        guard !name.isEmpty else { throw ONNXError("a tensor has no name") }
        guard names.insert(name).inserted else { throw ONNXError("two tensors are called \(name)") }
    }

    /// Adds a node.
    ///
    /// - Returns: its name, which is that of its result.
    @discardableResult
    mutating func add(
        _ name: String,
        _ operation: String,
        _ inputs: [String],
        _ attributes: [(String, ONNXAttribute)] = []
    ) throws(ONNXError) -> String {
        try claim(name)
        nodes.append(onnxNode(name, operation, inputs, attributes))
        return name
    }

    /// Adds a constant of a layer.
    ///
    /// - Returns: its name.
    mutating func constant(
        _ name: String,
        _ values: [Float],
        shape: [Int] = []
    ) throws(ONNXError) -> String {
        try claim(name)
        constants.append(onnxTensor(name, shape: shape, values: values))
        return name
    }

    /// Adds parameters or statistics of a layer: weight, bias, running_mean, running_var.
    ///
    /// - Parameter isColumn: (channels) is written as (channels, 1, 1).
    /// - Returns: their names.
    mutating func stored(
        _ layer: String,
        _ kinds: [String],
        isColumn: Bool = false
    ) throws(ONNXError) -> [String] {
        var stored: [String] = []
        for kind in kinds {
            let name = layer + "." + kind
            let isTrained = parameters.trained.place(of: name) != nil
            let arrays = isTrained ? parameters.trained : parameters.statistics
            // The parameters were found to fit the network before.
            guard let place = arrays.place(of: name) else { throw ONNXError("array \(name) is missing") }
            let shape = arrays.shapes[place] + (isColumn ? [1, 1] : [])
            stored.append(try constant(name, arrays.values[place], shape: shape))
        }
        return stored
    }
}

/// Why a network cannot be written as ONNX.
package struct ONNXError: Error, Equatable, CustomStringConvertible {
    /// For people.
    package let description: String

    init(_ description: String) { self.description = "ONNX: " + description }
}
