import Contracts
import LineProtocol
import Synchronization
import TestKit
import Testing
import Wire

@testable import GatewayCore

@Suite("COMPARE", .timeLimit(.minutes(2)))
struct CompareCommandTests {
    private let one = Sample(number: 1)
    private let two = Sample(number: 2)

    @Test("G-19: distances, weights and shares by parts, the map of agreement and the overlay")
    func compared() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let reply = try await bench.ask("COMPARE", one.sliceID.description, two.sliceID.description)
            let difference = zip(one.vector(fingerprint(1)), two.vector(fingerprint(1))).map { $0 - $1 }
            let squares = (
                difference[0] * difference[0] + difference[1] * difference[1],
                difference[2] * difference[2] + difference[3] * difference[3]
            )
            let sum = 0.25 * squares.0 + 0.75 * squares.1
            #expect(reply["generation"]?.text == fingerprint(1).description)
            #expect(reply["distance"]?.text == "\(sum.squareRoot())")
            #expect(
                reply["parts"]?.text == "outline=\(squares.0.squareRoot()),detail=\(squares.1.squareRoot())"
            )
            #expect(reply["weights"]?.text == "outline=0.25,detail=0.75")
            #expect(
                reply["shares"]?.text == "outline=\(0.25 * squares.0 / sum),detail=\(0.75 * squares.1 / sum)"
            )
            #expect(reply["agreement"]?.elements.map(\.text) == ["-1.0", "0.5", "0.0", "1.0"])
            #expect(reply["lung-shares"]?.elements.map(\.text) == ["0.25", "1.0", "0.0", "0.75"])
            #expect(reply["image"] == .bytes([0, 13, 10, 255]))
            #expect(reply["overlay"] == .bytes([0xFF, 0xD8, 0x0A, 0x0D, 0xFF, 0xD9]))
        }
    }

    @Test("goes without the overlay where the labeler is away")
    func noLabeler() async throws {
        try await GatewayBench.run(absent: ["labeler"]) { bench in
            await bench.awaitSearches()
            let reply = try await bench.ask("COMPARE", one.sliceID.description, two.sliceID.description)
            #expect(reply["overlay"] == Reply.none && reply["agreement"]?.elements.count == 4)
        }
    }

    @Test("a slice that is not there, one id and three are refused; so is all while nothing serves")
    func refused() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let id = one.sliceID.description
            let missing = Sample(number: 99).sliceID.description
            let unknown = try await bench.ask("COMPARE", id, missing)
            #expect(unknown.code == .notFound)
            for words in [["COMPARE", id], ["COMPARE", id, id, id], ["COMPARE", id, "x"]] {
                let reply = try await bench.ask(words.map { Array($0.utf8) })
                #expect(reply.code == .badArgument, "\(words)")
            }
        }
        try await GatewayBench.run(prepare: { $0.state.withLock { $0.serving = [nil] } }) { bench in
            let id = one.sliceID.description
            let isLoading = try await eventually { try await bench.ask("COMPARE", id, id).code == .loading }
            #expect(isLoading)
        }
    }
}

extension Archive {
    /// What the embedder's stand-in answers: true distances, and a map that anybody can read.
    func compare(_ request: CompareSlices, _ generation: Fingerprint) throws -> CompareSlices.Reply {
        try self.keepsGeneration(generation)
        let samples = self.state.withLock(\.samples)
        let found = [request.first, request.second].compactMap { id in samples.first { $0.sliceID == id } }
        guard found.count == 2 else { throw Refusal(.notFound, "no slice has this id") }
        let squares = zip(found[0].vector(generation), found[1].vector(generation)).map {
            ($0 - $1) * ($0 - $1)
        }
        let distances = [squares[0] + squares[1], squares[2] + squares[3]]
        let sum = zip(Self.parts, distances).reduce(Float(0)) { $0 + $1.0.weight * $1.1 }
        return CompareSlices.Reply(
            fingerprint: generation,
            parts: zip(Self.parts, distances).map {
                ComparedPart(
                    name: $0.name,
                    weight: $0.weight,
                    squaredDistance: $1,
                    share: $0.weight * $1 / sum
                )
            },
            agreement: [-1, 0.5, 0, 1],
            lungShares: [0.25, 1, 0, 0.75],
            image: [0, 13, 10, 255]
        )
    }
}
