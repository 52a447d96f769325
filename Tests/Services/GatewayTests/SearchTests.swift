import Contracts
import LineProtocol
import ServiceKit
import Synchronization
import TestKit
import Testing
import Wire

@testable import GatewayCore

@Suite("SEARCH, answered", .timeLimit(.minutes(2)))
struct SearchTests {
    @Test("G-11: an answer says what it rests on, and its hits are complete, nearest first")
    func answer() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let sample = Sample(number: 6)
            let reply = try await bench.ask("SEARCH", "SLICE", sample.sliceID.description, "K", "2")
            let expected = bench.archive.expected(sample, count: 2, generation: fingerprint(1))
            #expect(reply["query"]?.text == sample.sliceID.description)
            #expect(reply["generation"]?.text == fingerprint(1).description)
            #expect(reply["seq"]?.number == 40)
            #expect(reply["shards"]?.text == "1/1")
            #expect(reply["distances"]?.number == 16)
            #expect(reply["radius"]?.text.flatMap(Float.init) == expected[1].distance)
            let hits = try #require(reply["hits"]?.elements)
            #expect(hits.count == 2)
            for (hit, wanted) in zip(hits, expected) {
                #expect(hit["slice"]?.text == wanted.sliceID.description)
                #expect(hit["series"]?.text == wanted.seriesID.description)
                #expect(hit["patient"]?.text == wanted.patientID.description)
                #expect(hit["distance"]?.text.flatMap(Float.init) == wanted.distance)
                let parts = "outline=\(wanted.partDistances[0]),detail=\(wanted.partDistances[1])"
                #expect(hit["parts"]?.text == parts)
            }
        }
    }

    @Test("G-12: asked by id or by its bytes, the question and the answer are the same to the last bit")
    func sameAnswer() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let byID = try await bench.ask("SEARCH", "SLICE", Sample(number: 9).sliceID.description)
            let byBytes = try await bench.ask([Array("SEARCH".utf8), Array("IMAGE".utf8), [9]])
            #expect(byID == byBytes && !byID.hitIDs.isEmpty)
            let asked = bench.archive.searches()
            #expect(asked.count == 2 && asked[0] == asked[1])
            // Not stored: the same question but for what it leaves out.
            let foreign = try await bench.ask([Array("SEARCH".utf8), Array("IMAGE".utf8), [100]])
            #expect(foreign["query"]?.text == Sample(number: 100).sliceID.description)
            #expect(foreign.hitIDs.count == 4)
        }
    }

    @Test("a series is asked by its middle slice, and each option reaches the index")
    func options() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let sample = Sample(number: 5)
            let series = sample.seriesID.description
            _ = try await bench.ask("SEARCH", "SERIES", series)
            let rich: [String] = [
                "search", "series", series, "k", "7", "weights", "detail=2", "group", "series", "filter",
                "kernel=B30f", "filter", "thickness<=2", "minseq", "3", "scan", "samepatient",
            ]
            _ = try await bench.ask(rich.map { Array($0.utf8) })
            _ = try await bench.ask(
                "SEARCH",
                "SLICE",
                sample.sliceID.description,
                "SAMESERIES",
                "GROUP",
                "none"
            )
            let asked = bench.archive.searches()
            try #require(asked.count == 3)
            var expected = Search(
                vector: sample.vector(fingerprint(1)),
                weights: [],
                k: 10,
                grouping: .patient,
                excludedPatient: sample.patientID,
                excludedSeries: sample.seriesID,
                excludedSlice: sample.sliceID,
                filters: [],
                minimumSeq: 0,
                wantsBruteForce: false
            )
            #expect(asked[0] == expected)
            expected.excludedPatient = nil
            expected.k = 7
            expected.weights = [0, 2]
            expected.grouping = .series
            expected.filters = [
                SearchFilter(key: "kernel", comparison: .equal, value: "B30f"),
                SearchFilter(key: "thickness", comparison: .atMost, value: "2"),
            ]
            expected.minimumSeq = 3
            expected.wantsBruteForce = true
            #expect(asked[1] == expected)
            #expect(asked[2].excludedSeries == nil && asked[2].excludedSlice == sample.sliceID)
            #expect(asked[2].grouping == .none)
        }
    }

    @Test("G-13, G-06: each way in which a question is at fault has its code")
    func faults() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let refused = try await bench.ask("SEARCH", "IMAGE", "no picture")
            #expect(refused == .failure(code: .refused, text: "noLung: no lung here"))
            let slice = Sample(number: 5).sliceID.description
            let unknown = Sample.identifier(1, 99).description
            let waiting = bench.archive.state.withLock(\.waiting.sliceID).description
            let cases: [([String], FailureCode)] = [
                (["SLICE", unknown], .notFound), (["SERIES", unknown], .notFound),
                (["SLICE", waiting], .loading), (["SLICE", slice, "MINSEQ", "41"], .stale),
                (["SLICE", slice, "WEIGHTS", "lobe=1"], .badArgument),
                (["SLICE", slice, "K", "1001"], .badArgument), (["SLICE", "12"], .badArgument),
            ]
            for (words, code) in cases {
                let reply = try await bench.ask((["SEARCH"] + words).map { Array($0.utf8) })
                #expect(reply.code == code, "\(words)")
            }
        }
    }

    @Test("before the first training searches are LOADING with the index's reason, and everything else works")
    func beforeTraining() async throws {
        try await GatewayBench.run(prepare: { $0.state.withLock { $0.serving = [nil] } }) { bench in
            let slice = Sample(number: 5).sliceID.description
            var reply = Reply.none
            _ = await eventually(within: .seconds(20)) {
                reply = (try? await bench.ask("SEARCH", "SLICE", slice)) ?? .none
                return reply.failureText == "no generation is complete"
            }
            #expect(reply == .failure(code: .loading, text: "no generation is complete"))
            let stored = try await bench.ask([Array("STORE".utf8), [3]])
            #expect(stored["outcome"]?.text == "stored")
            let info = try await bench.ask("INFO")
            #expect(info.text?.contains("generation:none\r\n") == true)
        }
    }

    @Test("a stranger's command is an error that says where to look")
    func unknownCommand() async throws {
        try await GatewayBench.run { bench in
            let reply = try await bench.ask("FLUSHALL")
            #expect(reply == .failure(code: .general, text: "unknown command 'FLUSHALL'; HELP lists them"))
        }
    }
}
