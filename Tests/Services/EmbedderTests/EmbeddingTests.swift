import Contracts
import EmbedderCore
import Lungs
import PhantomArchive
import TestKit
import Testing
import WSSENet
import Wire

/// One slice, one model, one vector.
@Suite("Embedding")
struct EmbeddingTests {
    @Test("slices stored before and after the promotion, and over a restart, are embedded exactly once")
    func exactlyOnce() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            let slices = Phantoms.slices
            try await bench.archive.store(Array(slices[..<5]))
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 5))
            try await bench.archive.store(Array(slices[5..<9]))
            #expect(try await bench.waitUntilServing(print, count: 9))
            try await bench.restart()
            try await bench.archive.store(Array(slices[9...]))
            #expect(try await bench.waitUntilServing(print, count: 12))

            let created = try await bench.events(EmbeddingCreated.self).map(\.embedding)
            #expect(created.count == 12)
            #expect(Set(created.map(\.sliceID)) == Set(slices.map(\.metadata.sliceID)))
            #expect(created.allSatisfy { $0.fingerprint == print })
            #expect(try await bench.events(ModelReady.self).map(\.count) == [5])
            #expect(bench.archive.fetchCount == 12)
            let stored = try await bench.embeddings(of: slices, nil)
            for embedding in created { #expect(stored.contains(embedding)) }

            let embedder = try SliceEmbedder(try Models.all[0], threadCount: 1)
            let first = slices[0]
            let crop = lungCrop(of: first.slice, segmentation: LungSegmenter().segment(first.slice))
            let expected = embedder.embed(try #require(crop))
            #expect(stored[0]?.vector == expected)
            #expect(stored[0]?.seriesID == first.metadata.seriesID)
            #expect(stored[0]?.patientID == first.metadata.patientID)
            let attributes = try #require(stored[0]).attributes
            #expect(attributes.contains(Attribute(key: "scale", value: "hounsfield")))
            #expect(attributes.contains { $0.key == "kernel" && $0.value == first.metadata.kernel })
        }
    }

    @Test("query pixels give the stored vector to the last bit")
    func queries() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            try await bench.archive.store(Array(Phantoms.slices[..<3]))
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 3))
            let stored = try await bench.embeddings(of: Array(Phantoms.slices[..<3]), print)
            for (slice, embedding) in zip(Phantoms.slices, stored) {
                let request = EmbedPixels(slice: SlicePixels(slice.slice))
                let reply = try await bench.client.call(request)
                #expect(reply.fingerprint == print)
                #expect(reply.vector.map(\.bitPattern) == embedding?.vector.map(\.bitPattern))
                #expect(reply.parts.reduce(0) { $0 + Int($1.count) } == reply.vector.count)
                #expect(try await bench.client.call(request, fingerprint: print) == reply)
                let crop = try #require(FoundLungs(in: slice.slice).crop)
                let cropped = try await bench.client.call(EmbedCrop(crop: crop))
                #expect(cropped.vector.map(\.bitPattern) == reply.vector.map(\.bitPattern))
                #expect(cropped.fingerprint == print && cropped.parts == reply.parts)
                await expectRefusal(.badArgument) {
                    try await bench.client.call(EmbedCrop(crop: Array(crop.dropLast())))
                }
            }
            await expectRefusal(.badArgument) {
                let air = try Phantoms.withoutLungs()
                return try await bench.client.call(EmbedPixels(slice: SlicePixels(air.slice)))
            }
        }
    }

    @Test("a model of an older Carina is a dead letter that says so, and the one before goes on")
    func olderModel() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            try await bench.archive.store(Array(Phantoms.slices[..<2]))
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 2))
            try await bench.trainer.promote(TrainerStandIn.older)
            var letters: [DeadLetter] = []
            let isDead = try await eventually(within: .seconds(30), every: .milliseconds(20)) {
                letters = try await bench.client.call(DeadLetters(limit: 10)).letters
                return !letters.isEmpty
            }
            #expect(isDead && letters.count == 1 && letters.first?.attempts == 1)
            #expect(letters.first?.reason.contains("carina.embedding and not carina.wssenet 1") == true)
            #expect(try await bench.generations().serving == print)
            try await bench.archive.store(Array(Phantoms.slices[2..<3]))
            #expect(try await bench.waitUntilServing(print, count: 3))
        }
    }

    @Test("no model: loading; a model that is not kept here: mismatch; too many slices at once: refused")
    func refusals() async throws {
        try await EmbedderBench.with { bench in
            let slice = Phantoms.slices[0]
            let request = EmbedPixels(slice: SlicePixels(slice.slice))
            await expectRefusal(.loading) { try await bench.client.call(request) }
            let (print, other) = (try Models.prints[0], try Models.prints[1])
            try await bench.archive.store([slice])
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 1))
            await expectRefusal(.modelMismatch) { try await bench.client.call(request, fingerprint: other) }
            let crop = EmbedCrop(crop: try #require(FoundLungs(in: slice.slice).crop))
            await expectRefusal(.modelMismatch) { try await bench.client.call(crop, fingerprint: other) }
            await expectRefusal(.modelMismatch) { try await bench.embeddings(of: [slice], other) }
            await expectRefusal(.badArgument) {
                try await bench.embeddings(of: Array(repeating: slice, count: 1_001), nil)
            }
            let unknown = try await bench.embeddings(of: [Phantoms.slices[1], slice], nil)
            #expect(unknown.map { $0 == nil } == [true, false])
        }
    }

    @Test("a slice without an embedding is accounted for and does not hold the generation back")
    func refusedSlice() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            let air = try Phantoms.withoutLungs()
            try await bench.archive.store(Array(Phantoms.slices[..<2]) + [air])
            try await bench.trainer.promote(print)
            #expect(try await bench.waitUntilServing(print, count: 2))
            let generation = try #require(try await bench.generations().generations.first)
            #expect((generation.count, generation.total) == (2, 3))
            #expect(generation.isComplete)
            #expect(try await bench.embeddings(of: [air], nil) == [nil])
            #expect(try await bench.client.call(DeadLetters(limit: 10)).letters.isEmpty)
            for line in ["{outcome=\"embedded\"} 2", "{outcome=\"refused\"} 1"] {
                #expect(bench.metricsText.contains("carina_embedder_slices_total\(line)"))
            }
            // It goes as it came, without a word.
            try await bench.archive.remove(air)
            #expect(try await eventually { try await bench.generations().generations.first?.total == 2 })
            #expect(try await bench.events(EmbeddingRemoved.self).isEmpty)
        }
    }

    @Test("a slice that is removed and stored again is embedded again")
    func storedAgain() async throws {
        try await EmbedderBench.with { bench in
            let print = try Models.prints[0]
            let slice = Phantoms.slices[4]
            try await bench.trainer.promote(print)
            try await bench.archive.store([slice])
            #expect(try await bench.waitUntilServing(print, count: 1))
            try await bench.archive.remove(slice)
            #expect(try await bench.waitUntilServing(print, count: 0))
            #expect(try await bench.embeddings(of: [slice], nil) == [nil])
            try await bench.archive.store([slice])
            #expect(try await bench.waitUntilServing(print, count: 1))
            let kinds = try await bench.log().map(\.kind)
            let expected = [EmbeddingCreated.kind, EmbeddingRemoved.kind, EmbeddingCreated.kind]
            #expect(kinds.filter { expected.contains($0) } == expected)
        }
    }
}

/// Expects that a call is refused with this code.
func expectRefusal<Reply>(_ code: RefusalCode, _ call: () async throws -> Reply) async {
    do {
        _ = try await call()
        Issue.record("was not refused")
    } catch {
        #expect((error as? Refusal)?.code == code, "\(error)")
    }
}
