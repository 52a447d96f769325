import Contracts
import IndexCore
import Neighbors
import ServiceKit
import Testing
import Wire

@Suite struct GenerationTests {
    private let first = fingerprint(1)
    private let second = fingerprint(2)

    @Test("before its log is read a node says how far it is and refuses to search")
    func loading() async throws {
        var log = EmbedderLog(seed: 1)
        log.start(self.first)
        let embeddings = log.embed(self.first, count: 20)
        log.complete(self.first)
        let service = try node(log)
        service.observe { LogStatus(headSeq: 50, hasCaughtUp: false) }
        let state = service.nodeState()
        #expect(!state.isReady)
        #expect(state.reason == "reading the embedder's log: 22 of 50")
        #expect(service.unreadiness() == state.reason)
        #expect((state.appliedSeq, state.headSeq) == (22, 50))
        await #expect(throws: Refusal(.loading, state.reason)) {
            try await search(service, embeddings[0].vector, self.first)
        }
    }

    @Test("a log without a complete generation: the process is ready, the node serves nothing")
    func nothingComplete() async throws {
        var log = EmbedderLog(seed: 2)
        log.start(self.first)
        let embeddings = log.embed(self.first, count: 3)
        let service = try node(log)
        #expect(service.unreadiness() == nil)
        #expect(service.nodeState().isReady == false)
        #expect(service.nodeState().fingerprint == nil)
        await #expect(throws: Refusal(.loading, "no generation is complete")) {
            try await search(service, embeddings[0].vector, self.first)
        }
    }

    @Test("a new generation is built beside the old one and takes over when it is complete")
    func takeOver() async throws {
        var log = EmbedderLog(seed: 3)
        log.start(self.first)
        let old = log.embed(self.first, count: 10)
        log.complete(self.first)
        log.start(self.second)
        let new = log.embed(self.second, count: 12)
        let before = try node(log)
        #expect(before.nodeState().fingerprint == self.first)
        #expect(before.nodeState().count == 10)
        #expect(before.holdings() == (2, 22))
        #expect(try await hits(before, old[0].vector, self.first) == Set(old.map(\.sliceID)))
        await #expect(throws: Refusal(.modelMismatch, "the index serves generation \(self.first)")) {
            try await search(before, new[0].vector, self.second)
        }
        log.complete(self.second)
        log.append(GenerationRetired(fingerprint: self.first))
        let after = try node(log)
        #expect(after.nodeState().fingerprint == self.second)
        #expect(after.holdings() == (1, 12))
        #expect(try await hits(after, new[0].vector, self.second) == Set(new.map(\.sliceID)))
        await #expect(throws: Refusal(.modelMismatch, "the index serves generation \(self.second)")) {
            try await search(after, old[0].vector, self.first)
        }
    }

    @Test("rolling back is being declared ready again; retiring the serving one falls back to the last")
    func rollBack() throws {
        var log = EmbedderLog(seed: 4)
        for fingerprint in [self.first, self.second] {
            log.start(fingerprint)
            _ = log.embed(fingerprint, count: 4)
            log.complete(fingerprint)
        }
        #expect(try node(log).nodeState().fingerprint == self.second)
        log.complete(self.first)
        #expect(try node(log).nodeState().fingerprint == self.first)
        log.append(GenerationRetired(fingerprint: self.first))
        #expect(try node(log).nodeState().fingerprint == self.second)
        #expect(try node(log).nodeState().count == 4)
    }

    @Test("removed slices are gone, and events that come again change nothing")
    func removalAndRepeats() async throws {
        var log = EmbedderLog(seed: 5)
        log.start(self.first)
        let embeddings = log.embed(self.first, count: 30)
        log.complete(self.first)
        for embedding in embeddings[..<10] {
            log.append(EmbeddingRemoved(sliceID: embedding.sliceID, fingerprint: self.first))
        }
        let service = try node(log)
        let once = try await search(service, embeddings[0].vector, self.first, k: 100)
        #expect(Set(once.found.neighbors.map { $0.id.bytes }) == Set(embeddings[10...].map(\.sliceID.bytes)))
        for start in [0, 7, 25, 35] {
            try service.apply(Array(log.events[start...]), upTo: log.end)
            let again = try await search(service, embeddings[0].vector, self.first, k: 100)
            #expect(again.found.neighbors == once.found.neighbors)
        }
        service.startOver()
        #expect(service.holdings() == (0, 0))
        #expect(service.nodeState().appliedSeq == 0)
    }

    @Test("a vector that cannot be compared is left out and told of; the others serve")
    func unusableVectors() throws {
        var log = EmbedderLog(seed: 6)
        log.start(self.first)
        var wrong = log.embed(self.first, count: 8)[0]
        wrong.sliceID = Identifier(bytes: Array(repeating: 9, count: 16))
        wrong.vector = [1, 2, 3]
        log.append(EmbeddingCreated(embedding: wrong))
        log.append(GenerationStarted(fingerprint: self.second, parts: []))
        log.complete(self.first)
        let service = try node(EmbedderLog(seed: 6))
        #expect(try service.apply(log.events, upTo: log.end) == 2)
        #expect(service.nodeState().count == 8)
        #expect(service.nodeState().fingerprint == self.first)
    }

    @Test("events of other kinds are skipped; one of a newer schema stops the node where it was")
    func unknownEvents() throws {
        var log = EmbedderLog(seed: 7)
        log.start(self.first)
        _ = log.embed(self.first, count: 2)
        log.complete(self.first)
        let service = try node(log)
        let other = record(kind: MessageKind(.embedder, 0xFE), schema: 1)
        #expect(try service.apply([other], upTo: EmbedderLog.place(100)) == 0)
        #expect(service.nodeState().appliedSeq == 100)
        let newer = record(kind: EmbeddingCreated.kind, schema: 99)
        #expect(throws: Refusal.self) { try service.apply([newer], upTo: EmbedderLog.place(101)) }
        #expect(service.nodeState().appliedSeq == 100)
    }

    private func record(kind: MessageKind, schema: UInt8) -> EventRecord {
        EventRecord(seq: 100, kind: kind, schema: schema, key: "", timeMilliseconds: 0, body: [])
    }

    private func hits(_ service: IndexService, _ vector: [Float], _ model: Fingerprint) async throws -> Set<
        Identifier
    > {
        let answer = try await search(service, vector, model, k: 100)
        return Set(answer.found.neighbors.map { Identifier(bytes: $0.id.bytes) })
    }
}
