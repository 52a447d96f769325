import LinearAlgebra
import Tensors
import Testing

@testable import Learning

@Suite struct NetworkInferenceTests {
    static func inputs(_ network: Network, count: Int) -> [String: TensorPlace] {
        var generator = SeededGenerator(seed: 3)
        return Dictionary(
            uniqueKeysWithValues: network.inputs.map { input in
                let place = TensorPlace(zeros: [count] + input.shape)
                place.replace(with: (0..<place.format.count).map { _ in generator.normal() })
                return (input.name, place)
            }
        )
    }

    static func parameters(_ network: Network) -> Parameters {
        var generator = SeededGenerator(seed: 4)
        return Parameters(of: network, generator: &generator)
    }

    @Test("any number of items, as each alone", arguments: [1, 2, 3, 8, 9, 21, 40], [1, 2, 3])
    func anyCount(count: Int, threadCount: Int) throws {
        let network = try LayerTests.smallEncoder()
        let parameters = Self.parameters(network)
        let many = try NetworkInference(
            network,
            parameters: parameters,
            precision: .float32,
            threadCount: threadCount
        )
        let single = try NetworkInference(
            network,
            parameters: parameters,
            precision: .float32,
            threadCount: 1
        )
        let inputs = Self.inputs(network, count: count)
        let vectors = try #require(try many.outputs(of: inputs, count: count)["vector"])
        #expect(vectors.count == count * 12)
        for item in 0..<count {
            let own = inputs.mapValues { $0.items(item..<item + 1) }
            let vector = try #require(try single.outputs(of: own, count: 1)["vector"])
            let found = Array(vectors[item * 12..<(item + 1) * 12])
            #expect(relativeError(found, vector.map { Double($0) }) < 1e-5)
        }
    }

    @Test("the same bits again, and from several callers at once")
    func repeatable() async throws {
        let network = try LayerTests.smallEncoder()
        let inference = try NetworkInference(
            network,
            parameters: Self.parameters(network),
            precision: .bfloat16,
            threadCount: 2
        )
        let inputs = Self.inputs(network, count: 13)
        let expected = try inference.outputs(of: inputs, count: 13)
        try await withThrowingTaskGroup(of: [String: [Float]].self) { group in
            for _ in 0..<6 { group.addTask { try inference.outputs(of: inputs, count: 13) } }
            for try await found in group { #expect(found == expected) }
        }
    }

    @Test("nothing in, nothing out")
    func empty() throws {
        let network = try LayerTests.smallEncoder()
        let inference = try NetworkInference(
            network,
            parameters: Self.parameters(network),
            precision: .float32,
            threadCount: 2
        )
        #expect(try inference.outputs(of: [:], count: 0).isEmpty)
    }
}
