private import LinearAlgebra
package import Lungs
private import Orientation

/// The model as a network, for other programs: from the features of a slice to the parts of its vector.
extension EmbeddingModel {
    /// Inputs "outline_cells" (512), "hog" (1568) and "density_difference" (256), as `features(of:)` gives them; outputs
    /// "outline", "detail" and "density", each of unit length.
    package var network: Network {
        get throws(NetworkError) {
            var network = Network(inputs: [
                .init("outline_cells", shape: [outline.mean.count]), .init("hog", shape: [detail.mean.count]),
                .init("density_difference", shape: [density.reference.count]),
            ])
            for (name, source, part) in [("outline", "outline_cells", outline), ("detail", "hog", detail)] {
                let count = part.layers.skip.columns
                try network.add(name + ".skip", .linear(count: count), source)
                try network.add(name + ".first", .linear(count: part.layers.firstBias.count), source)
                try network.add(name + ".bent", .activation(.relu), name + ".first")
                try network.add(name + ".second", .linear(count: count), name + ".bent")
                try network.add(name + ".sum", .sum, name + ".skip", name + ".second")
                try network.add(name, .unitLength(), name + ".sum")
            }
            let columns = density.principal.components.columns
            try network.add("density.principal", .linear(count: columns), "density_difference")
            try network.add("density", .unitLength(), "density.principal")
            network.outputs = ["outline", "detail", "density"]
            return network
        }
    }

    /// The parameters of `network`; means are part of the biases.
    package var parameters: Parameters {
        var arrays: [(name: String, shape: [Int], values: [Float])] = []
        func add(_ name: String, _ weights: Matrix, mean: [Float]?, bias: [Float]?) {
            var offsets = bias ?? [Float](repeating: 0, count: weights.columns)
            for row in 0..<weights.rows {
                guard let mean else { break }
                for column in 0..<weights.columns { offsets[column] -= mean[row] * weights[row, column] }
            }
            let turned = (0..<weights.columns).flatMap { column in
                (0..<weights.rows).map { weights[$0, column] }
            }
            arrays.append((name + ".weight", [weights.columns, weights.rows], turned))
            arrays.append((name + ".bias", [weights.columns], offsets))
        }
        for (name, part) in [("outline", outline), ("detail", detail)] {
            let layers = part.layers
            add(name + ".skip", layers.skip, mean: part.mean, bias: nil)
            add(name + ".first", layers.firstWeights, mean: part.mean, bias: layers.firstBias)
            add(name + ".second", layers.secondWeights, mean: nil, bias: layers.secondBias)
        }
        add("density.principal", density.principal.components, mean: density.principal.mean, bias: nil)
        return Parameters(trained: NamedArrays(arrays), statistics: NamedArrays([]))
    }

    /// What `network` is given for a slice, by name of the input.
    package func features(of crop: LungCrop) -> [String: [Float]] {
        [
            "outline_cells": outlineCells(of: crop), "hog": hogVector(of: crop),
            "density_difference": density.difference(of: crop),
        ]
    }

    /// The model as an ONNX file (opset 17) of `network`, with what it is in its metadata.
    ///
    /// - Throws: `NetworkError` for a model whose parts have no network.
    package func onnx() throws -> [UInt8] {
        try onnxModel(
            of: self.network,
            parameters: self.parameters,
            metadata: ["model": hexadecimal(self.fingerprint), "description": ModelCard.summary]
        )
    }
}
