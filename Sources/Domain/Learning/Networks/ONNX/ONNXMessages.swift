// The messages of onnx.proto that an exported network consists of, with the numbers of their fields as in
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (they never change). What is not written has its default.

/// Element types of `TensorProto.DataType`.
private let floatElements = 1

/// A named value of a node's description.
enum ONNXAttribute: Equatable {
    case integer(Int)
    case integers([Int])
    case number(Float)
    case text(String)

    /// `AttributeProto`.
    func message(_ name: String) -> ProtobufWriter {
        var message = ProtobufWriter()
        message.add(1, name)
        switch self {
        case .number(let value):
            message.add(2, value)
            message.add(20, 1)
        case .integer(let value):
            message.add(3, value)
            message.add(20, 2)
        case .text(let value):
            message.add(4, value)
            message.add(20, 3)
        case .integers(let values):
            message.add(8, values)
            message.add(20, 7)
        }
        return message
    }
}

/// `NodeProto`: one operator with one result, which bears the node's name.
func onnxNode(
    _ name: String,
    _ operator: String,
    _ inputs: [String],
    _ attributes: [(String, ONNXAttribute)]
) -> ProtobufWriter {
    var message = ProtobufWriter()
    for input in inputs { message.add(1, input) }
    message.add(2, name)
    message.add(3, name)
    message.add(4, `operator`)
    for (key, value) in attributes { message.add(5, value.message(key)) }
    return message
}

/// `TensorProto`: an array of single precision; an empty shape is a scalar.
func onnxTensor(_ name: String, shape: [Int], values: [Float]) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.add(1, shape)
    message.add(2, floatElements)
    message.add(8, name)
    message.add(9, bytes: littleEndianBytes(values))
    return message
}

/// `ValueInfoProto`: a tensor of single precision, (batch) + shape, where the batch may have any size.
func onnxValue(_ name: String, shape: [Int]) -> ProtobufWriter {
    var dimensions = ProtobufWriter()
    var batch = ProtobufWriter()
    batch.add(2, "batch")
    dimensions.add(1, batch)
    for extent in shape {
        var dimension = ProtobufWriter()
        dimension.add(1, extent)
        dimensions.add(1, dimension)
    }
    var tensor = ProtobufWriter()
    tensor.add(1, floatElements)
    tensor.add(2, dimensions)
    var type = ProtobufWriter()
    type.add(1, tensor)
    var message = ProtobufWriter()
    message.add(1, name)
    message.add(2, type)
    return message
}

/// `ModelProto` around a `GraphProto`: IR version 8 and operators of version 17, which every reader since 2022
/// knows.
func onnxModelMessage(graph: ProtobufWriter, metadata: [String: String]) -> ProtobufWriter {
    var operators = ProtobufWriter()
    operators.add(1, "")
    operators.add(2, 17)
    var message = ProtobufWriter()
    message.add(1, 8)
    message.add(2, "carina")
    message.add(7, graph)
    message.add(8, operators)
    // Sorted: equal models have equal bytes.
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
        var entry = ProtobufWriter()
        entry.add(1, key)
        entry.add(2, value)
        message.add(14, entry)
    }
    return message
}
