import Foundation
import Learning
import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

/// Crops and weights of the density encoder that random numbers make, and what PyTorch made of them: `Golden/make_golden.py`.
struct GoldenDensity {
    /// (3, 128, 128) each.
    let views: [[Float]]
    let parameters: Parameters
    /// Of the first two views.
    let usual: [Float]
    private let golden: [String: [Float]]

    /// Which anchors of the step have a lesion.
    static let hasLesion = [true, true, false, true]
    /// Of inputs, every so many numbers are golden.
    static let stride = 97

    init() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appendingPathComponent("Golden/density.json"))
        golden = try JSONDecoder().decode([String: [Float]].self, from: data)
        views = (0..<4 * Self.hasLesion.count).map { Self.view($0) }
        parameters = Self.parameters(of: try DensityEncoder.network())
        usual = DensityEncoder.usual(of: views[..<2])
    }

    func values(_ name: String) throws -> [Float] {
        try #require(golden[name], "no golden \(name)")
    }

    /// Of a PyTorch parameter or buffer of one of our layers, as in "features.0.1.running_mean".
    static func torchPath(_ name: String) -> String {
        var path = name.replacingOccurrences(of: "density.", with: "")
        for (index, block) in EncoderBlock.names.enumerated() {
            path = path.replacingOccurrences(of: "\(block).conv", with: "features.\(index).0")
            path = path.replacingOccurrences(of: "\(block).norm", with: "features.\(index).1")
        }
        return path
    }

    /// Two ellipses whose edges are half lung, and noise that half precision holds.
    static func view(_ number: Int) -> [Float] {
        var generator = SeededGenerator(seed: UInt64(number), stream: 77)
        let side = LungCrop.side
        let image = (0..<side * side).map { _ in Float(generator.below(257)) / 256 }
        let (width, height) = (18 + generator.below(9), 40 + generator.below(16))
        let inner = width * height * width * height
        let outer = (width + 2) * (height + 2) * (width + 2) * (height + 2)
        let lungs = [36, 92].flatMap { center in
            (0..<side * side).map { index -> Float in
                let (y, x) = (index / side - 64, index % side - center)
                let place = x * x * height * height + y * y * width * width
                return place < inner ? 1 : (place < outer ? 0.5 : 0)
            }
        }
        return image + lungs
    }

    private static func parameters(of network: Network) -> Parameters {
        var stream: UInt64 = 0
        func drawn(_ arrays: [(name: String, shape: [Int])]) -> NamedArrays {
            NamedArrays(
                arrays.map { name, shape in
                    var generator = SeededGenerator(seed: 5, stream: stream)
                    stream += 1
                    let (center, bound) = range(of: name)
                    let count = shape.reduce(1, *)
                    return (name, shape, (0..<count).map { _ in center + generator.symmetric(bound) })
                }
            )
        }
        return Parameters(trained: drawn(network.parameters), statistics: drawn(network.statistics))
    }

    /// Bounds that keep the layers' results about 1.
    private static func range(of name: String) -> (center: Float, bound: Float) {
        if name.hasSuffix("norm.weight") || name.hasSuffix("running_var") { return (0.75, 0.25) }
        let bounds: [String: Float] = [
            "density.first.conv.weight": 0.5, "density.second.conv.weight": 0.25,
            "density.third.conv.weight": 0.125, "density.out.weight": 0.0625,
        ]
        return (0, bounds[name] ?? 0.25)
    }
}
