import Learning
import Tensors

/// The first convolution of the localization network, taken apart: it is linear, so what it makes of a pair
/// is what it makes of the moving slice plus what it makes of the fixed one, and each half is computed once
/// a slice instead of once a pair. The batch normalization that follows is linear too once it is trained,
/// and part of the halves.
struct FirstConvolution {
    /// What a half is computed by: input "slice" (3, 64, 64), output "half" (16, 32, 32).
    private let network: Network
    /// By role: 0 moving, 1 fixed.
    private let halves: [NetworkInference]
    /// Numbers of a half.
    static var count: Int { LocalizationNetwork.firstShape.reduce(1, *) }
    private static let (input, output) = ("slice", "half")

    enum Role: Int { case moving, fixed }

    /// - Throws: `NetworkError`, or `TensorError` if the processor cannot compute it.
    init(_ parameters: Parameters, threadCount: Int) throws {
        let (planes, side) = (LocalizationNetwork.planeCount, LocalizationNetwork.side)
        var network = Network(inputs: [.init(Self.input, shape: [planes, side, side])])
        try network.add(
            Self.output,
            .convolution(channels: LocalizationNetwork.channels[0], kernel: 3, stride: 2, padding: 1),
            Self.input
        )
        network.outputs = [Self.output]
        let fold = try Normalization(parameters)
        self.network = network
        self.halves = try [Role.moving, .fixed].map { role in
            try NetworkInference(
                network,
                parameters: fold.half(role, shape: network.parameters),
                precision: .float32,
                threadCount: threadCount
            )
        }
    }

    /// (n, 16, 32, 32) of slices in a role.
    ///
    /// - Parameter planes: (n, 3, 64, 64).
    func halves(of planes: TensorPlace, count: Int, as role: Role) throws(TensorError) -> [Float] {
        try self.halves[role.rawValue].outputs(of: [Self.input: planes], count: count)[Self.output] ?? []
    }

    /// The first batch normalization as a factor and an offset of each channel.
    private struct Normalization {
        let factors: [Float]
        let offsets: [Float]
        /// (16, 6, 3, 3).
        let weights: [Float]

        init(_ parameters: Parameters) throws {
            func array(_ name: String, in arrays: NamedArrays) throws -> [Float] {
                guard let values = arrays["first." + name] else { throw RegistrationError.otherNetwork }
                return values
            }
            let scale = try array("norm.weight", in: parameters.trained)
            let shift = try array("norm.bias", in: parameters.trained)
            let bias = try array("conv.bias", in: parameters.trained)
            let mean = try array("norm.running_mean", in: parameters.statistics)
            let variance = try array("norm.running_var", in: parameters.statistics)
            let factors = zip(scale, variance).map { $0 / ($1 + 1e-5).squareRoot() }
            self.factors = factors
            offsets = factors.indices.map { (bias[$0] - mean[$0]) * factors[$0] + shift[$0] }
            weights = try array("conv.weight", in: parameters.trained)
        }

        /// The weights of three of the six planes; the offsets go with the moving half.
        func half(_ role: Role, shape: [(name: String, shape: [Int])]) -> Parameters {
            let width = LocalizationNetwork.planeCount * 9
            let own = factors.indices.flatMap { channel in
                (0..<width).map { index in
                    factors[channel] * weights[channel * 2 * width + role.rawValue * width + index]
                }
            }
            let bias = role == .moving ? offsets : [Float](repeating: 0, count: offsets.count)
            let values = [own, bias]
            return Parameters(
                trained: NamedArrays(zip(shape, values).map { ($0.name, $0.shape, $1) }),
                statistics: NamedArrays([])
            )
        }
    }
}
