import Learning
import LinearAlgebra
import Lungs
import TestKit

@testable import Registration

/// The reference implementation's localization network with fixed weights, and what every stage of it gave
/// for the eight golden slices.
struct GoldenTransformer {
    let arrays: GoldenArrays
    let crops: [LungCrop]
    let slices: [RegistrationSlice]
    let parameters: Parameters
    /// The four pairs of all stages but the last.
    let pairs: [PairMeasurer.Pair]

    /// PyTorch's names of the layers, by ours.
    private static let layers = [
        "first.conv": "features.0", "first.norm": "features.1", "second.conv": "features.3",
        "second.norm": "features.4", "third.conv": "features.6", "third.norm": "features.7",
        "fourth.conv": "features.9", "fourth.norm": "features.10", "hidden": "hidden.1",
        "affine": "affine", "grid": "grid",
    ]

    init() throws {
        let arrays = try SharedData.golden("transformer_labels.npz")
        self.arrays = arrays
        crops = try (0..<8).map { number in
            let values = try SharedData.golden("slice\(number).npz").floats("crop_float16")
            let plane = LungCrop.side * LungCrop.side
            let planes = (0..<3).map { Array(values[$0 * plane..<($0 + 1) * plane]) }
            guard let crop = LungCrop(image: planes[0], left: planes[1], right: planes[2]) else {
                throw RegistrationError.otherNetwork
            }
            return crop
        }
        slices = crops.map { RegistrationSlice($0) }
        let network = try LocalizationNetwork.network()
        func stored(_ wanted: [(name: String, shape: [Int])]) throws -> NamedArrays {
            NamedArrays(
                try wanted.map { name, shape in
                    (name, shape, try arrays.floats("transformer.weights." + Self.torchName(name)))
                }
            )
        }
        parameters = Parameters(
            trained: try stored(network.parameters),
            statistics: try stored(network.statistics)
        )
        let numbers = try arrays.integers("pairs_moving_fixed")
        pairs = stride(from: 0, to: numbers.count, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
    }

    /// "features.0.weight" for "first.conv.weight".
    static func torchName(_ name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        let layer = parts.dropLast().joined(separator: ".")
        return (layers[layer] ?? layer) + "." + (parts.last ?? "")
    }

    func model() throws -> RegistrationModel {
        try RegistrationModel(parameters: parameters, recipe: RegistrationRecipe(), quality: nil)
    }

    /// The pairs' images as the loss sees them.
    var images: (moving: ComparedImages, fixed: ComparedImages) {
        (compared(pairs.map { slices[$0.moving] }), compared(pairs.map { slices[$0.fixed] }))
    }

    private func compared(_ slices: [RegistrationSlice]) -> ComparedImages {
        let planes = ImageBatch(
            count: slices.count,
            shape: ComparedImages.planeShape,
            values: slices.flatMap(\.planes)
        )
        return ComparedImages(planes: planes, maps: nil)
    }

    /// The largest difference to a golden array, as a share of its largest element; infinite if it holds
    /// what is no number.
    func error(_ found: [Float], _ name: String) throws -> Double {
        try relativeError(found, arrays.floats(name))
    }
}

/// The largest difference as a share of the largest expected element.
func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let largest = expected.map { abs(Double($0)) }.max() ?? 0
    let difference = zip(found, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
    return difference / max(largest, 1e-12)
}
