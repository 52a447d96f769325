import Contracts
import Neighbors
import ServiceKit
import Testing
import Wire

@testable import IndexCore

/// Asks a node in the words of the domain.
@discardableResult
func search(
    _ service: IndexService,
    _ vector: [Float],
    _ model: Fingerprint,
    k: Int = 10,
    minimumSeq: UInt64 = 0,
    patience: Duration? = nil
) async throws -> IndexAnswer {
    let query = NeighborQuery(vector: vector, weights: [], k: k)
    return try await service.search(
        IndexQuestion(fingerprint: model, query: query, minimumSeq: minimumSeq, patience: patience)
    )
}

@Suite struct SearchTests {
    private let model = fingerprint(1)

    private func filledLog(count: Int) -> (log: EmbedderLog, embeddings: [Embedding]) {
        var log = EmbedderLog(seed: 20)
        log.start(self.model)
        let embeddings = log.embed(self.model, count: count)
        log.complete(self.model)
        return (log, embeddings)
    }

    private func router(_ service: IndexService, now: UInt64 = 0) -> IndexRouter {
        IndexRouter(service: service, metrics: IndexMetrics(Metrics(), of: service), clock: WallClock { now })
    }

    @Test("an answer over the wire's words: order, distances, own part distances, model's weights, position")
    func answer() async throws {
        let (log, embeddings) = self.filledLog(count: 200)
        let router = try self.router(node(log))
        let options = RequestOptions(fingerprint: self.model)
        let asked = embeddings[17]
        let reply = try await router.search(request(asked.vector, k: 25), options: options)
        #expect(reply.hits.count == 25)
        #expect(reply.hits[0].sliceID == asked.sliceID)
        #expect(reply.hits[0].distance == 0)
        #expect(reply.seq == UInt64(log.events.count))
        #expect(reply.fingerprint == self.model)
        #expect((reply.shard, reply.shardCount) == (0, 1))
        #expect(reply.radius == reply.hits[24].distance)
        for (hit, next) in zip(reply.hits, reply.hits.dropFirst()) {
            #expect((hit.distance, hit.sliceID) < (next.distance, next.sliceID))
            let parts = hit.partDistances
            let weighted = (0.2 * parts[0] * parts[0] + 0.8 * parts[1] * parts[1]).squareRoot()
            #expect(abs(weighted - hit.distance) < 1e-5)
        }
        var brute = request(asked.vector, k: 25)
        brute.wantsBruteForce = true
        let judged = try await router.search(brute, options: options)
        #expect(judged.hits == reply.hits)
        #expect(judged.distancesComputed == 200)
    }

    @Test("fewer than k: all of them, and a radius that fits into a frame")
    func fewerThanK() async throws {
        let (log, embeddings) = self.filledLog(count: 5)
        let reply = try await self.router(node(log)).search(
            request(embeddings[0].vector, k: 10),
            options: RequestOptions(fingerprint: self.model)
        )
        #expect(reply.hits.count == 5)
        #expect(reply.radius == .greatestFiniteMagnitude)
        #expect(try Search.Reply(decoding: reply.body) == reply)
    }

    @Test("exclusions, filters and grouping reach the search")
    func restrictions() async throws {
        let (log, embeddings) = self.filledLog(count: 80)
        let router = try self.router(node(log))
        let options = RequestOptions(fingerprint: self.model)
        let asked = embeddings[0]
        var restricted = request(asked.vector, k: 1_000)
        restricted.excludedPatient = asked.patientID
        restricted.filters = [SearchFilter(key: "kernel", comparison: .equal, value: "L")]
        let byFilter = try await router.search(restricted, options: options)
        let expected = embeddings.filter {
            $0.patientID != asked.patientID && $0.attributes[0].value == "L"
        }
        #expect(Set(byFilter.hits.map(\.sliceID)) == Set(expected.map(\.sliceID)))
        restricted.grouping = .patient
        let byPatient = try await router.search(restricted, options: options)
        #expect(byPatient.hits.count == Set(expected.map(\.patientID)).count)
        restricted.grouping = .series
        restricted.excludedPatient = nil
        restricted.excludedSeries = asked.seriesID
        restricted.excludedSlice = embeddings[8].sliceID
        restricted.filters = []
        let bySeries = try await router.search(restricted, options: options)
        #expect(Set(bySeries.hits.map(\.seriesID)).count == 19)
        #expect(!bySeries.hits.contains { $0.seriesID == asked.seriesID })
        #expect(!bySeries.hits.contains { $0.sliceID == embeddings[8].sliceID })
    }

    @Test("shards divide the archive by series, and together they answer as one node", arguments: [2, 5])
    func shards(count: Int) async throws {
        let (log, embeddings) = self.filledLog(count: 120)
        let whole = try node(log)
        let nodes = try (0..<count).map { try node(log, shard: $0, of: count) }
        #expect(nodes.reduce(0) { $0 + $1.nodeState().count } == 120)
        #expect(nodes.map { Int($0.nodeState().shard) } == Array(0..<count))
        for embedding in embeddings.prefix(10) {
            var merged: [Neighbor] = []
            for node in nodes {
                let part = try await search(node, embedding.vector, self.model).found.neighbors
                #expect(part.allSatisfy { node.shard.keeps(Identifier(bytes: $0.series.bytes)) })
                merged += part
            }
            merged.sort { ($0.distance, $0.id) < ($1.distance, $1.id) }
            let expected = try await search(whole, embedding.vector, self.model).found.neighbors
            #expect(Array(merged.prefix(10)) == expected)
        }
    }

    @Test("a search waits for the position it needs, and is refused as stale when that does not come in time")
    func minimumSeq() async throws {
        var (log, embeddings) = self.filledLog(count: 8)
        let service = try node(log)
        let applied = UInt64(log.events.count)
        let stale = Refusal(.stale, "the index knows the log up to \(applied), not \(applied + 1)")
        await #expect(throws: stale) {
            try await search(
                service,
                embeddings[0].vector,
                self.model,
                minimumSeq: applied + 1,
                patience: .milliseconds(5)
            )
        }
        let late = Task { [embeddings] in
            try await search(
                service,
                embeddings[0].vector,
                self.model,
                minimumSeq: applied + 1,
                patience: .seconds(60)
            )
        }
        log.append(EmbeddingRemoved(sliceID: embeddings[0].sliceID, fingerprint: self.model))
        try service.apply([log.events[Int(applied)]], upTo: EmbedderLog.place(applied + 1))
        let answer = try await late.value
        #expect(answer.seq == applied + 1)
        #expect(answer.found.neighbors.count == 7)
    }

    @Test("an asker whose deadline has passed is not kept waiting")
    func deadline() async throws {
        let (log, embeddings) = self.filledLog(count: 8)
        let router = try self.router(node(log), now: 10_000)
        var asked = request(embeddings[0].vector)
        asked.minimumSeq = 1_000
        await #expect(throws: Refusal.self) {
            try await router.search(asked, options: RequestOptions(deadline: 9_000, fingerprint: self.model))
        }
    }

    @Test("what makes no sense is refused with its reason")
    func refusals() async throws {
        let (log, embeddings) = self.filledLog(count: 8)
        let router = try self.router(node(log))
        let good = request(embeddings[0].vector)
        var refused: [(Search, String)] = []
        for k: UInt32 in [0, 1_001, .max] {
            refused.append((request(good.vector, k: k), "k is within 1...1000"))
        }
        refused.append((request([1, 2]), "the vector has 2 numbers, not 16"))
        refused.append(
            (request([.nan] + good.vector.dropFirst()), "number 0 of the vector is not finite or too large")
        )
        var weighted = good
        weighted.weights = [1, 1, 1]
        refused.append((weighted, "3 weights for 2 parts"))
        weighted.weights = [1, -1]
        refused.append((weighted, "the weight of part 1 is not within 0...1000"))
        var filtered = good
        filtered.filters = Array(
            repeating: SearchFilter(key: "a", comparison: .equal, value: "b"),
            count: 33
        )
        refused.append((filtered, "a search has at most 32 filters"))
        for (search, reason) in refused {
            await #expect(throws: Refusal(.badArgument, reason)) {
                try await router.search(search, options: RequestOptions(fingerprint: self.model))
            }
        }
        await #expect(throws: Refusal(.badArgument, "a search names its model in the tag fingerprint")) {
            try await router.search(good, options: RequestOptions())
        }
        #expect(
            try await router.search(good, options: RequestOptions(fingerprint: self.model)).hits.count == 8
        )
    }
}
