import Contracts
import EmbedderCore
import PhantomArchive
import TestKit
import Testing
import Wire

/// Models that follow each other.
@Suite("Generations")
struct GenerationTests {
    @Test(
        "a second model builds beside the first, the third retires the first, a roll-back embeds nothing anew"
    )
    func succession() async throws {
        try await EmbedderBench.with { bench in
            let prints = try Models.prints
            #expect(Set(prints).count == 3)
            try await bench.archive.store(Array(Phantoms.slices[..<6]))
            try await bench.trainer.promote(prints[0])
            #expect(try await bench.waitUntilServing(prints[0], count: 6))

            try await bench.trainer.promote(prints[1])
            #expect(try await bench.waitUntilServing(prints[1], count: 6))
            var known = try await bench.generations().generations
            #expect(known.map(\.fingerprint) == [prints[0], prints[1]])
            #expect(known.allSatisfy { $0.count == 6 && $0.isComplete })
            // The one that stands by still answers, and learns of new slices.
            try await bench.archive.store([Phantoms.slices[6]])
            #expect(try await bench.waitUntilServing(prints[1], count: 7))
            let isKept = try await eventually {
                try await bench.generations().generations.allSatisfy { $0.count == 7 }
            }
            #expect(isKept)
            let pixels = EmbedPixels(slice: SlicePixels(Phantoms.slices[0].slice))
            #expect(try await bench.client.call(pixels, fingerprint: prints[0]).fingerprint == prints[0])

            // Back to the first: it has everything.
            let fetched = bench.archive.fetchCount
            try await bench.trainer.promote(prints[0])
            #expect(try await bench.waitUntilServing(prints[0], count: 7))
            #expect(bench.archive.fetchCount == fetched)
            #expect(try await bench.events(GenerationRetired.self).isEmpty)

            // Forward to a third: the second, which stands by now, is given up.
            try await bench.trainer.promote(prints[2])
            #expect(try await bench.waitUntilServing(prints[2], count: 7))
            known = try await bench.generations().generations
            #expect(known.map(\.fingerprint) == [prints[0], prints[2]])
            let retired = try await bench.events(GenerationRetired.self).map(\.fingerprint)
            #expect(retired == [prints[1]])
            await expectRefusal(.modelMismatch) {
                try await bench.client.call(pixels, fingerprint: prints[1])
            }
            let ready = try await bench.events(ModelReady.self)
            #expect(ready.map(\.fingerprint) == [prints[0], prints[1], prints[0], prints[2]])
            #expect(ready.map(\.count) == [6, 6, 7, 7])

            // A model that was given up is built anew when it is wanted again.
            try await bench.trainer.promote(prints[1])
            #expect(try await bench.waitUntilServing(prints[1], count: 7))
            #expect(bench.archive.fetchCount == fetched + 14)
        }
    }

    @Test(
        "a generation serves only when every slice has its embedding, and all that comes before it in the log"
    )
    func completeness() async throws {
        try await EmbedderBench.with { bench in
            let prints = try Models.prints
            try await bench.archive.store(Phantoms.slices)
            try await bench.trainer.promote(prints[0])
            #expect(try await bench.waitUntilServing(prints[0], count: 12))
            try await bench.trainer.promote(prints[1])
            #expect(try await bench.waitUntilServing(prints[1], count: 12))
            var counts: [Fingerprint: UInt64] = [:]
            var hasStarted: Set<Fingerprint> = []
            for entry in try await bench.log() {
                switch entry.kind {
                case GenerationStarted.kind:
                    hasStarted.insert(try GenerationStarted(decoding: entry.body).fingerprint)
                case EmbeddingCreated.kind:
                    let print = try EmbeddingCreated(decoding: entry.body).embedding.fingerprint
                    #expect(hasStarted.contains(print))
                    counts[print, default: 0] += 1
                case ModelReady.kind:
                    let ready = try ModelReady(decoding: entry.body)
                    #expect(ready.count == 12)
                    #expect(counts[ready.fingerprint] == 12)
                default: Issue.record("unexpected \(entry.kind)")
                }
            }
        }
    }

    @Test("a removed slice loses its embedding in every generation that is kept")
    func removal() async throws {
        try await EmbedderBench.with { bench in
            let prints = try Models.prints
            try await bench.archive.store(Array(Phantoms.slices[..<4]))
            for print in prints[..<2] {
                try await bench.trainer.promote(print)
                #expect(try await bench.waitUntilServing(print, count: 4))
            }
            let gone = Phantoms.slices[2]
            try await bench.archive.remove(gone)
            #expect(try await bench.waitUntilServing(prints[1], count: 3))
            let removed = try await bench.events(EmbeddingRemoved.self)
            #expect(removed.allSatisfy { $0.sliceID == gone.metadata.sliceID })
            #expect(Set(removed.map(\.fingerprint)) == Set(prints[..<2]))
            #expect(removed.count == 2)
            #expect(try await bench.generations().generations.allSatisfy { $0.total == 3 })
        }
    }

    @Test("of two promotions the later one wins, also when the earlier one's model comes later")
    func lateModel() async throws {
        try await EmbedderBench.with { bench in
            let prints = try Models.prints
            try await bench.archive.store(Array(Phantoms.slices[..<2]))
            bench.trainer.hide(prints[0])
            try await bench.trainer.promote(prints[0])
            try await bench.trainer.promote(prints[1])
            #expect(try await bench.waitUntilServing(prints[1], count: 2))
            bench.trainer.show(prints[0])
            // The work that waited for the model is done when nothing waits any more.
            let isDone = try await eventually(within: .seconds(40)) {
                try await bench.client.call(State()).entries.first { $0.key == "work.model" }?.value == "0"
            }
            #expect(isDone)
            let reply = try await bench.generations()
            #expect(reply.serving == prints[1])
            #expect(reply.building == nil)
            #expect(reply.generations.map(\.fingerprint) == [prints[1]])
        }
    }

    @Test("an embedder that knows nothing yet serves only when it knows the archive")
    func freshStart() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            try await bench.archive.store(Phantoms.slices)
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 12))
            try await bench.restart(data: "embedder-2")
            #expect(try await bench.waitUntilServing(print, count: 12))
            #expect(try await bench.events(ModelReady.self).map(\.count) == [12])
        }
    }

    @Test("ingest with another log: what the old one told is forgotten")
    func replacedArchive() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            let slices = Phantoms.slices
            try await bench.archive.store(Array(slices[..<3]))
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 3))
            await bench.archive.stop()
            let other = try await ArchiveService.start(
                in: "\(bench.folder)/ingest-2",
                transport: bench.transport
            )
            try await other.store([slices[0], slices[5]])
            #expect(try await bench.waitUntilServing(print, count: 2))
            let known = try await bench.embeddings(of: slices, print)
            #expect(known.indices.filter { known[$0] != nil } == [0, 5])
            let removed = try await bench.events(EmbeddingRemoved.self).map(\.sliceID)
            #expect(Set(removed) == Set(slices[..<3].map(\.metadata.sliceID)))
            await other.stop()
        }
    }
}
