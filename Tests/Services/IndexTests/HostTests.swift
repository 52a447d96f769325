import Contracts
import IndexCore
import Messaging
import ServiceKit
import Storage
import TestKit
import Testing
import Wire

@Suite struct HostTests {
    @Test("the node reads the log from the start, follows it, and without snapshots does so again")
    func followsAndRestarts() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            let embeddings = try await pair.fill(embedder, count: 700, seed: 40)
            var index = try await pair.startIndex(["snapshots": "false"])
            let client = try pair.client()
            var asked = request(embeddings[5].vector, k: 20)
            asked.minimumSeq = 702
            let first = try await client.call(asked, fingerprint: pair.model)
            #expect(first.hits.count == 20)
            #expect(first.hits[0].sliceID == embeddings[5].sliceID)
            #expect(first.seq == 702)

            let removed = EmbeddingRemoved(sliceID: embeddings[5].sliceID, fingerprint: pair.model)
            let seq = try await embedder.database.write { transaction in
                try embedder.events.append(removed, key: "", in: transaction)
            }
            asked.minimumSeq = seq
            let second = try await client.call(asked, fingerprint: pair.model)
            #expect(!second.hits.contains { $0.sliceID == embeddings[5].sliceID })

            await index.stop()
            index = try await pair.startIndex(["snapshots": "false"])
            let third = try await client.call(asked, timeout: .seconds(20), fingerprint: pair.model)
            #expect(third.hits == second.hits)
            let state = try await client.call(NodeState())
            #expect(state.isReady)
            #expect((state.appliedSeq, state.headSeq, state.count) == (703, 703, 699))
            await client.close()
            await index.stop()
            await embedder.stop()
        }
    }

    @Test("an embedder with another log: everything old is forgotten")
    func replacedLog() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            var embedder = try await pair.startEmbedder()
            _ = try await pair.fill(embedder, count: 30, seed: 41)
            let index = try await pair.startIndex()
            let client = try pair.client()
            #expect(try await eventually { try await client.call(NodeState()).count == 30 })
            await embedder.stop()
            embedder = try await pair.startEmbedder(data: "another")
            let embeddings = try await pair.fill(embedder, count: 12, seed: 42)
            #expect(try await eventually { try await client.call(NodeState()).count == 12 })
            let reply = try await client.call(
                request(embeddings[0].vector, k: 100),
                fingerprint: pair.model
            )
            #expect(Set(reply.hits.map(\.sliceID)) == Set(embeddings.map(\.sliceID)))
            await client.close()
            await index.stop()
            await embedder.stop()
        }
    }

    @Test("it tells when it begins to serve, without a log")
    func announces() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            let index = try await pair.startIndex()
            let topic = FrameHeader.magic + [NodeStateChanged.kind.service.rawValue]
            let subscriber = try pair.transport.subscriber(
                to: Address("memory://index-events"),
                topics: [topic + [NodeStateChanged.kind.operation.rawValue]]
            )
            _ = try await pair.fill(embedder, count: 9, seed: 43)
            var told: NodeState.Reply?
            while told?.isReady != true {
                let message = try #require(try await subscriber.next(timeout: .seconds(10)))
                told = try NodeStateChanged(decoding: Frame(decoding: message).body).state
            }
            #expect(told?.count == 9)
            #expect(told?.fingerprint == pair.model)
            await subscriber.close()
            await index.stop()
            await embedder.stop()
        }
    }

    @Test("a shard that is not below the count is a configuration error")
    func impossibleShard() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            await #expect(throws: ConfigurationError.self) {
                _ = try await pair.startIndex(["shard": "2", "shard-count": "2"])
            }
        }
    }
}
