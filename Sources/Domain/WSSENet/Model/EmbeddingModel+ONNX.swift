import Learning
import LinearAlgebra
package import Lungs
import Orientation

/// The model for other programs.
extension EmbeddingModel {
    /// The embedding's name among the network's tensors.
    private static let output = "embedding"
    /// Input, where the model has histograms of gradients: (1568), as `hogVector` has them.
    private static let hogInput = Network.Input("hog", shape: [hogCount])
    private static let principal = "histogram.principal"

    /// The model as an ONNX file (opset 17), in batches of any size: inputs as `networkInputs(of:)` gives them, output
    /// "embedding", the parts behind one another as `SliceEmbedder` gives them. Its metadata names the model.
    ///
    /// - Throws: `NetworkError`, `ONNXError`.
    package func onnx() throws -> [UInt8] {
        var network = Network(
            inputs: EmbeddingNetwork.inputs + (self.histogram == nil ? [] : [Self.hogInput])
        )
        try EmbeddingNetwork.add(to: &network)
        var parameters = self.parameters
        if let histogram {
            // Both of unit length, scaled by the roots of their shares: of unit length together.
            let shares = self.detailShares
            try network.add("detail.scaled", .unitLength(scale: shares.own), EmbeddingNetwork.detail)
            try network.add(Self.principal, .linear(count: Self.histogramCount), Self.hogInput.name)
            try network.add("histogram.scaled", .unitLength(scale: shares.histogram), Self.principal)
            try network.add(
                Self.output,
                .concatenation,
                EmbeddingNetwork.outline,
                "detail.scaled",
                "histogram.scaled",
                EmbeddingNetwork.density
            )
            parameters.trained = Self.appending(histogram, to: parameters.trained)
        } else {
            try network.add(
                Self.output,
                .concatenation,
                EmbeddingNetwork.outline,
                EmbeddingNetwork.detail,
                EmbeddingNetwork.density
            )
        }
        network.outputs = [Self.output]
        return try onnxModel(
            of: network,
            parameters: parameters,
            metadata: [
                "model": hexadecimal(self.fingerprint), "description": Self.summary,
                "parts": ModelTexts.json(self.parts),
            ]
        )
    }

    /// What the network is given for a slice, by name of the input.
    package func networkInputs(of crop: LungCrop) -> [String: [Float]] {
        let view = EncoderInputs.view(crop)
        var inputs = EncoderInputs.all(of: view, usual: self.usualDensity)
        if self.histogram != nil { inputs[Self.hogInput.name] = hogVector(of: crop) }
        return inputs
    }

    /// Principal components as a linear layer: the mean is part of the bias.
    private static func appending(_ principal: PrincipalComponents, to trained: NamedArrays) -> NamedArrays {
        let components = principal.components
        var bias = [Float](repeating: 0, count: components.columns)
        for row in 0..<components.rows {
            for column in bias.indices { bias[column] -= principal.mean[row] * components[row, column] }
        }
        let weights = (0..<components.columns).flatMap { column in
            (0..<components.rows).map { components[$0, column] }
        }
        let own = trained.names.indices.map { (trained.names[$0], trained.shapes[$0], trained.values[$0]) }
        return NamedArrays(
            own + [
                (Self.principal + ".weight", [components.columns, components.rows], weights),
                (Self.principal + ".bias", [components.columns], bias),
            ]
        )
    }
}

extension EncoderInputs {
    /// All inputs of the one network for one view, by name.
    static func all(of view: [Float], usual: [Float]) -> [String: [Float]] {
        var features = [Float](repeating: 0, count: featureCount)
        var span = features.mutableSpan
        writeFeatures(view.span, into: &span)
        var inputs: [String: [Float]] = [:]
        for input in EmbeddingNetwork.inputs {
            var row = [Float](repeating: 0, count: input.shape.reduce(1, *))
            var span = row.mutableSpan
            switch input.name {
            case OutlineEncoder.masks: writeMasks(view.span, into: &span)
            case DetailEncoder.image: writeImage(view.span, into: &span)
            case DetailEncoder.maps: writeMaps(features.span, into: &span)
            case DetailEncoder.skip: writeSkip(features.span, into: &span)
            default: DensityEncoder.writeCells(view.span, usual: usual, into: &span)
            }
            inputs[input.name] = row
        }
        return inputs
    }
}
