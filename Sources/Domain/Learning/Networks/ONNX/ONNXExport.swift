/// A network as an ONNX file (https://onnx.ai, operators of version 17), to be run by other programs: batch
/// normalizations use their running averages, the batch may have any size, inputs and outputs bear the
/// network's names.
///
/// - Parameters:
///   - metadata: texts of the file; "network" is ours, the fingerprint of the network in hexadecimal digits.
/// - Returns: the bytes; the same for the same content.
/// - Throws: `ONNXError` if the parameters do not fit, an output is unknown or there is none, two tensors would
///   have one name, or the file would be larger than the 2 GB that protocol buffers allow.
package func onnxModel(
    of network: Network,
    parameters: Parameters,
    metadata: [String: String] = [:]
) throws(ONNXError) -> [UInt8] {
    do {
        try parameters.check(fit: network)
    } catch {
        throw ONNXError(error.description)
    }
    guard !network.outputs.isEmpty else { throw ONNXError("the network has no outputs") }
    guard Set(network.outputs).count == network.outputs.count else {
        throw ONNXError("an output stands twice")
    }
    for output in network.outputs where !network.layers.contains(where: { $0.name == output }) {
        throw ONNXError("output \(output) is no layer")
    }
    guard 4 * (parameters.trained.valueCount + parameters.statistics.valueCount) < 2_000_000_000 else {
        throw ONNXError("its parameters are larger than 2 GB")
    }
    var graph = ONNXGraph(parameters)
    for input in network.inputs { try graph.claim(input.name) }
    let needed = network.layersBehindOutputs
    for layer in network.layers where needed.contains(layer.name) { try graph.add(layer) }
    var texts = metadata
    texts["network"] = hexadecimal(network.fingerprint)
    return onnxModelMessage(graph: graph.message(of: network), metadata: texts).bytes
}

extension Network {
    /// Names of what the outputs are computed from, themselves included: a head that is only trained with is not
    /// among them.
    fileprivate var layersBehindOutputs: Set<String> {
        var needed = Set(outputs)
        for layer in layers.reversed() where needed.contains(layer.name) { needed.formUnion(layer.sources) }
        return needed
    }
}

extension ONNXGraph {
    /// Adds what a layer computes.
    fileprivate mutating func add(_ layer: Network.Layer) throws(ONNXError) {
        let (name, sources) = (layer.name, layer.sources)
        switch layer.operation {
        case .convolution(_, let kernel, let stride, let padding, let groups, let hasBias):
            let window = Self.window(kernel, stride, padding) + [("group", .integer(groups))]
            try add(name, "Conv", sources + (try stored(name, Self.weights(hasBias))), window)
        case .batchNormalization(let epsilon, _):
            let arrays = try stored(name, ["weight", "bias", "running_mean", "running_var"])
            try add(name, "BatchNormalization", sources + arrays, [("epsilon", .number(epsilon))])
        case .layerNormalization(let epsilon): try addLayerNormalization(name, sources[0], epsilon)
        case .activation(.relu): try add(name, "Relu", sources)
        case .activation(.gelu): try addGelu(name, sources[0])
        case .pooling(.maximum, let kernel, let stride, let padding):
            try add(name, "MaxPool", sources, Self.window(kernel, stride, padding))
        case .pooling(.average, let kernel, let stride, let padding):
            let window = Self.window(kernel, stride, padding)
            try add(name, "AveragePool", sources, window + [("count_include_pad", .integer(1))])
        case .globalAverage:
            let means = try add(name + "/means", "GlobalAveragePool", sources)
            try add(name, "Flatten", [means], [("axis", .integer(1))])
        case .linear(_, let hasBias):
            let arrays = try stored(name, Self.weights(hasBias))
            try add(name, "Gemm", sources + arrays, [("transB", .integer(1))])
        case .upsampling(let factor, let interpolation):
            try addUpsampling(name, sources[0], factor, interpolation)
        case .concatenation: try add(name, "Concat", sources, [("axis", .integer(1))])
        case .sum: try add(name, "Sum", sources)
        case .flattening: try add(name, "Flatten", sources, [("axis", .integer(1))])
        case .unitLength(let scale): try addUnitLength(name, sources[0], scale)
        }
    }

    /// Step by step: version 17 has no operator that normalizes all channels together and scales each.
    private mutating func addLayerNormalization(
        _ name: String,
        _ source: String,
        _ epsilon: Float
    ) throws(ONNXError) {
        let arrays = try stored(name, ["weight", "bias"], isColumn: true)
        let axes: [(String, ONNXAttribute)] = [("axes", .integers([1, 2, 3])), ("keepdims", .integer(1))]
        let mean = try add(name + "/mean", "ReduceMean", [source], axes)
        let centered = try add(name + "/centered", "Sub", [source, mean])
        let square = try add(name + "/square", "Mul", [centered, centered])
        let variance = try add(name + "/variance", "ReduceMean", [square], axes)
        let raised = try add(name + "/raised", "Add", [variance, try constant(name + "/epsilon", [epsilon])])
        let deviation = try add(name + "/deviation", "Sqrt", [raised])
        let normal = try add(name + "/normal", "Div", [centered, deviation])
        let scaled = try add(name + "/scaled", "Mul", [normal, arrays[0]])
        try add(name, "Add", [scaled, arrays[1]])
    }

    /// x · (1 + erf(x / √2)) / 2: version 17 has no operator for it.
    private mutating func addGelu(_ name: String, _ source: String) throws(ONNXError) {
        let (root, one) = (
            try constant(name + "/root", [Float(0.5).squareRoot()]), try constant(name + "/one", [1])
        )
        let half = try constant(name + "/half", [0.5])
        let scaled = try add(name + "/scaled", "Mul", [source, root])
        let error = try add(name + "/erf", "Erf", [scaled])
        let raised = try add(name + "/raised", "Add", [error, one])
        let product = try add(name + "/product", "Mul", [source, raised])
        try add(name, "Mul", [product, half])
    }

    /// Nearest repeats each pixel: floor(x / factor). Linear lies between pixel centers; beyond the outermost
    /// ones it is clamped to them.
    private mutating func addUpsampling(
        _ name: String,
        _ source: String,
        _ factor: Int,
        _ interpolation: Operation.Interpolation
    ) throws(ONNXError) {
        let factors = try constant(name + "/factors", [1, 1, Float(factor), Float(factor)], shape: [4])
        let attributes: [(String, ONNXAttribute)] =
            switch interpolation {
            case .nearest:
                [
                    ("mode", .text("nearest")), ("coordinate_transformation_mode", .text("asymmetric")),
                    ("nearest_mode", .text("floor")),
                ]
            case .bilinear:
                [("mode", .text("linear")), ("coordinate_transformation_mode", .text("half_pixel"))]
            }
        // The second input is a region to cut out, which there is none of.
        try add(name, "Resize", [source, "", factors], attributes)
    }

    /// x · scale / max(|x|, 1e-12).
    private mutating func addUnitLength(_ name: String, _ source: String, _ scale: Float) throws(ONNXError) {
        let least = try constant(name + "/least", [1e-12])
        let axes: [(String, ONNXAttribute)] = [("axes", .integers([1])), ("keepdims", .integer(1))]
        let length = try add(name + "/length", "ReduceL2", [source], axes)
        let divisor = try add(name + "/divisor", "Max", [length, least])
        let unit = try add(name + "/unit", "Div", [source, divisor])
        try add(name, "Mul", [unit, try constant(name + "/scale", [scale])])
    }

    private static func weights(_ hasBias: Bool) -> [String] { hasBias ? ["weight", "bias"] : ["weight"] }

    /// A square window; the padding is given for top, left, bottom and right.
    private static func window(_ kernel: Int, _ stride: Int, _ padding: Int) -> [(String, ONNXAttribute)] {
        [
            ("kernel_shape", .integers([kernel, kernel])), ("strides", .integers([stride, stride])),
            ("pads", .integers([padding, padding, padding, padding])),
        ]
    }
}
