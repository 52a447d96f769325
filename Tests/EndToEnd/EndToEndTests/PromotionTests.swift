import LineProtocol
import Synchronization
import TestKit
import Testing

@testable import CarinaCore

/// A model takes over and is taken back while people search.
@Suite("Promotion under load", .serialized)
struct PromotionTests {
    @Test("no search fails, and each is answered by one model alone", .timeLimit(.minutes(5)))
    func takeOverAndRollBack() async throws {
        try await TestDeployment.run { deployment in
            let patients = try Phantoms.write(patients: 1..<5, slices: 12, to: deployment.local.folder)
            let report = try await deployment.ingest(["\(deployment.local.folder)/ct"])
            let client = try await deployment.connect()
            let flow = TrainingFlow(client: client, progress: ProgressBar(isSilent: true))
            let first = try await flow.waitUntilSearchable(report.stored)
            let queries = try patients.map { files in
                SearchLoad.Query(
                    slice: try #require(report.slices[files[6]]),
                    image: try fileBytes(files[6])
                )
            }
            var expected = [first: try await Self.answers(deployment, queries)]

            let load = SearchLoad(queries)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    group.addTask { try await load.run(deployment, connection: number) }
                }
                defer { load.stop() }
                try await load.waitForMore(20)
                let second = try await flow.run(recipe: TestDeployment.shortRecipe, seed: 1, keep: true).model
                #expect(second != first)
                for model in [second, first, second] {
                    if model == first {
                        _ = try await client.send("ROLLBACK")
                    } else {
                        _ = try await client.send("PROMOTE", model)
                    }
                    try await load.waitForAnswers(of: model, atLeast: 20)
                }
                expected[second] = try await Self.answers(deployment, queries)
                load.stop()
                // A search that failed is thrown here.
                try await group.waitForAll()
            }
            await client.close()

            #expect(load.changes >= 3, "the models took turns")
            for answer in load.answers {
                let right = try #require(expected[answer.generation], "a model that never was in use")
                #expect(answer.hits == right[answer.query], "an answer of \(answer.generation)")
            }
        }
    }

    /// What each query finds while nothing changes.
    private static func answers(
        _ deployment: TestDeployment,
        _ queries: [SearchLoad.Query]
    ) async throws -> [[SearchResult.Hit]] {
        var found: [[SearchResult.Hit]] = []
        for query in queries { found.append(try await deployment.search(query.byID).hits) }
        return found
    }
}

/// People who search without a pause, by stored slices and by images in turn.
private final class SearchLoad: Sendable {
    struct Query: Sendable {
        let slice: String
        let image: [UInt8]

        private static let options = ["K", "1000", "GROUP", "none"].map { Array($0.utf8) }
        var byID: [[UInt8]] { [Array("SLICE".utf8), Array(self.slice.utf8)] + Self.options }
        var byImage: [[UInt8]] { [Array("IMAGE".utf8), self.image] + Self.options }
    }

    struct Answer: Sendable {
        let query: Int
        let generation: String
        let hits: [SearchResult.Hit]
    }

    private struct State {
        var answers: [Answer] = []
        var isStopped = false
    }

    private let queries: [Query]
    private let state = Mutex(State())

    init(_ queries: [Query]) { self.queries = queries }

    /// - Throws: what a search that fails is refused with.
    func run(_ deployment: TestDeployment, connection: Int) async throws {
        let client = try await deployment.connect()
        var turn = connection
        while !self.state.withLock({ $0.isStopped }) {
            let query = turn % self.queries.count
            let words = turn % 3 == 0 ? self.queries[query].byImage : self.queries[query].byID
            let found = try SearchResult(try await client.send([Array("SEARCH".utf8)] + words))
            let answer = Answer(query: query, generation: found.generation, hits: found.hits)
            self.state.withLock { $0.answers.append(answer) }
            turn += 1
        }
        await client.close()
    }

    func stop() { self.state.withLock { $0.isStopped = true } }

    var answers: [Answer] { self.state.withLock { $0.answers } }

    /// How often another model than before answered.
    var changes: Int {
        let generations = self.answers.map(\.generation)
        return zip(generations, generations.dropFirst()).count { $0 != $1 }
    }

    func waitForMore(_ count: Int) async throws {
        let wanted = self.answers.count + count
        try #require(await eventually(within: .seconds(60)) { self.answers.count >= wanted })
    }

    /// Waits until a model has answered so many searches from now on.
    func waitForAnswers(of model: String, atLeast count: Int) async throws {
        let start = self.answers.count
        let isServing = await eventually(within: .seconds(90)) {
            self.answers.dropFirst(start).count { $0.generation == model } >= count
        }
        try #require(isServing, "\(model) does not take over")
    }
}
