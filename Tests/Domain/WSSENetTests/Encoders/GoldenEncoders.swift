import Learning
import LinearAlgebra
import Lungs
import TestKit
import Testing

@testable import WSSENet

/// The reference implementation's encoders with fixed weights, the eight golden crops, and what the encoders
/// gave for them.
struct GoldenEncoders {
    let arrays: GoldenArrays
    let crops: [LungCrop]
    let outline: Parameters
    let detail: Parameters
    /// The same weights without running averages, which our normalization has none of.
    var ownDetail: Parameters { Parameters(trained: detail.trained, statistics: NamedArrays([])) }

    /// PyTorch's names of the layers, by ours.
    private static let layers = [
        "outline": [
            "first.conv": "features.0.0", "first.norm": "features.0.1", "second.conv": "features.1.0",
            "second.norm": "features.1.1", "third.conv": "features.2.0", "third.norm": "features.2.1",
            "fourth.conv": "features.3.0", "fourth.norm": "features.3.1",
        ],
        "detail": [
            "first.conv": "first.0", "first.norm": "first.1", "second.conv": "features.0.0",
            "second.norm": "features.0.1", "third.conv": "features.1.0", "third.norm": "features.1.1",
            "fourth.conv": "features.2.0", "fourth.norm": "features.2.1",
        ],
    ]

    init() throws {
        let arrays = try SharedData.golden("network.npz")
        func stored(_ wanted: [(name: String, shape: [Int])]) throws -> NamedArrays {
            NamedArrays(
                try wanted.map { name, shape in
                    let path = Self.torchPath(name)
                    return (name, shape, try arrays.floats("\(path.encoder).weights.\(path.name)"))
                }
            )
        }
        func parameters(_ network: Network) throws -> Parameters {
            Parameters(trained: try stored(network.parameters), statistics: try stored(network.statistics))
        }
        self.arrays = arrays
        crops = try (0..<8).map { number in
            let values = try SharedData.golden("slice\(number).npz").floats("crop_float16")
            let plane = LungCrop.side * LungCrop.side
            let planes = (0..<3).map { Array(values[$0 * plane..<($0 + 1) * plane]) }
            return try #require(LungCrop(image: planes[0], left: planes[1], right: planes[2]))
        }
        outline = try parameters(OutlineEncoder.network())
        detail = try parameters(Self.detailNetwork())
    }

    /// The detail encoder as the reference implementation has it.
    static func detailNetwork() throws -> Network {
        try DetailEncoder.network(normalization: .batchNormalization())
    }

    /// "outline" and "features.0.0.weight" for "outline.first.conv.weight".
    static func torchPath(_ name: String) -> (encoder: String, name: String) {
        let parts = name.split(separator: ".").map(String.init)
        let layer = parts.dropFirst().dropLast().joined(separator: ".")
        return (parts[0], (layers[parts[0]]?[layer] ?? layer) + "." + (parts.last ?? ""))
    }

    /// The largest difference to a golden array, as a share of its largest element; infinite if something is
    /// no number.
    func error(_ found: [Float], _ name: String) throws -> Double {
        let expected = try arrays.floats(name)
        return relativeError(found, expected)
    }
}
