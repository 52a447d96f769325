import LinearAlgebra
import Testing

@testable import Learning

@Suite("Parameters")
struct ParametersTests {
    private let network: Network
    private let parameters: Parameters

    init() throws {
        network = try madeUpNetwork()
        var generator = SeededGenerator(seed: 3)
        parameters = Parameters(of: network, generator: &generator)
    }

    @Test("have the network's names and shapes, and count what is trained")
    func fit() throws {
        try parameters.check(fit: network)
        #expect(parameters.trained.names == network.parameters.map(\.name))
        #expect(parameters.statistics.shapes == network.statistics.map(\.shape))
        // stem 216 + 16, depth 72 + 8, joined.norm 48, own.norm 48, mask 24 + 1, flat.linear 768 + 6, projected 640.
        #expect(parameters.trainedCount == 1847)
    }

    @Test("start with 0 for biases, as identity for batch normalizations")
    func constants() throws {
        for (name, start) in [
            ("depth.bias", Float(0)), ("mask.bias", 0), ("stem.norm.weight", 1), ("stem.norm.bias", 0),
        ] {
            #expect(try #require(parameters.trained[name]).allSatisfy { $0 == start }, "\(name)")
        }
        #expect(try #require(parameters.statistics["joined.norm.running_mean"]).allSatisfy { $0 == 0 })
        #expect(try #require(parameters.statistics["joined.norm.running_var"]).allSatisfy { $0 == 1 })
    }

    @Test(
        "start with weights of mean 0 and variance 2 / n",
        arguments: [("wide.weight", 200), ("deep.weight", 45)]
    )
    func deviation(name: String, sources: Int) throws {
        var large = Network(inputs: [.init("x", shape: [200]), .init("y", shape: [10, 9, 9])])
        try large.add("wide", .linear(count: 100), "x")
        try large.add("deep", .convolution(channels: 200, kernel: 3, groups: 2), "y")
        var generator = SeededGenerator(seed: 5)
        let weights = try #require(Parameters(of: large, generator: &generator).trained[name])
        let count = Double(weights.count)
        let mean = weights.reduce(0) { $0 + Double($1) } / count
        let variance = weights.reduce(0) { $0 + Double($1) * Double($1) } / count
        let expected = 2 / Double(sources)
        // Four standard errors of the mean and of the variance of `count` normal numbers.
        #expect(abs(mean) < 4 * (expected / count).squareRoot())
        #expect(abs(variance / expected - 1) < 4 * (2 / count).squareRoot())
    }

    @Test("of a layer depend on the seed and the name, not on what stands beside it")
    func independence() throws {
        let linear = Operation.linear(count: 7)
        func made(_ names: [String], seed: UInt64) throws -> Parameters {
            var network = Network(inputs: [.init("x", shape: [9])])
            for name in names { try network.add(name, linear, "x") }
            var generator = SeededGenerator(seed: seed)
            return Parameters(of: network, generator: &generator)
        }
        let few = try made(["a", "b"], seed: 1).trained
        let more = try made(["c", "b", "d", "a"], seed: 1).trained
        #expect(few["a.weight"] == more["a.weight"] && few["b.weight"] == more["b.weight"])
        #expect(few["a.weight"] != few["b.weight"])
        #expect(try made(["a"], seed: 2).trained["a.weight"] != few["a.weight"])
    }

    @Test("are refused with the first array that does not fit")
    func refusals() throws {
        func complaint(_ change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void) -> String {
            let trained = parameters.trained
            var arrays = trained.names.indices.map {
                (name: trained.names[$0], shape: trained.shapes[$0], values: trained.values[$0])
            }
            change(&arrays)
            let changed = Parameters(trained: NamedArrays(arrays), statistics: parameters.statistics)
            do {
                try changed.check(fit: network)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(complaint { _ in } == "")
        #expect(complaint { $0.remove(at: 3) } == "array depth.weight is missing")
        #expect(
            complaint { $0[3].shape = [8, 9] }
                == "array depth.weight has the shape [8, 9] instead of [8, 1, 3, 3]"
        )
        #expect(complaint { $0[0].values[5] = .nan } == "array stem.weight holds a value that is no number")
        #expect(complaint { $0.append(("more", [1], [0])) } == "array more belongs to no layer")
        #expect(complaint { $0.swapAt(0, 1) } == "array stem.weight stands in another place")
        let bare = Parameters(trained: parameters.trained, statistics: NamedArrays([]))
        let error = #expect(throws: ParametersError.self) { try bare.check(fit: network) }
        #expect(error?.description == "array stem.norm.running_mean is missing")
    }
}
