extension Network {
    /// A text that says all of the network, one line for each input, layer and list of outputs. Equal networks
    /// have equal texts and others have others: names go with their number of bytes before them, so whatever
    /// stands in one cannot look like the next field.
    ///
    ///     carina.network 1
    ///     input 5:image (1,128,128)
    ///     layer 10:first.conv convolution 16 3 1 1 1 true < 5:image
    ///     outputs 10:first.conv
    package var canonicalText: String {
        var lines = ["carina.network 1"]
        for input in inputs {
            let shape = input.shape.map(String.init).joined(separator: ",")
            lines.append("input \(marked(input.name)) (\(shape))")
        }
        for layer in layers {
            let sources = layer.sources.map { " " + marked($0) }.joined()
            lines.append("layer \(marked(layer.name)) \(layer.operation.canonicalText) <\(sources)")
        }
        lines.append("outputs" + outputs.map { " " + marked($0) }.joined())
        return lines.joined(separator: "\n") + "\n"
    }

    /// SHA-256 (32 bytes) of the description. Parameters are not part of it: it tells which parameters fit.
    package var fingerprint: [UInt8] { sha256(Array(canonicalText.utf8)) }

    private func marked(_ name: String) -> String { "\(name.utf8.count):\(name)" }
}

extension Operation {
    /// Name and values in the order of the declaration. Written by hand: what the compiler would print may
    /// change, and with it every fingerprint. Numbers are the shortest that are read back to the same bits.
    fileprivate var canonicalText: String {
        switch self {
        case .convolution(let channels, let kernel, let stride, let padding, let groups, let hasBias):
            return "convolution \(channels) \(kernel) \(stride) \(padding) \(groups) \(hasBias)"
        case .batchNormalization(let epsilon, let momentum):
            return "batchNormalization \(epsilon) \(momentum)"
        case .layerNormalization(let epsilon): return "layerNormalization \(epsilon)"
        case .activation(.relu): return "relu"
        case .activation(.gelu): return "gelu"
        case .pooling(.maximum, let kernel, let stride, let padding):
            return "maximumPooling \(kernel) \(stride) \(padding)"
        case .pooling(.average, let kernel, let stride, let padding):
            return "averagePooling \(kernel) \(stride) \(padding)"
        case .globalAverage: return "globalAverage"
        case .linear(let count, let hasBias): return "linear \(count) \(hasBias)"
        case .upsampling(let factor, .nearest): return "nearestUpsampling \(factor)"
        case .upsampling(let factor, .bilinear): return "bilinearUpsampling \(factor)"
        case .concatenation: return "concatenation"
        case .sum: return "sum"
        case .flattening: return "flattening"
        case .unitLength(let scale): return "unitLength \(scale)"
        }
    }
}
