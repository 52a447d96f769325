import Contracts
import LineProtocol
import Synchronization
import TestKit
import Testing
import Wire

@testable import GatewayCore

@Suite("Commands about labels", .timeLimit(.minutes(2)))
struct LabelCommandTests {
    private let id = MadeDataSet.id.description
    private let slice = Sample(number: 1).sliceID.description

    @Test("LABEL passes on what a data set is made of; what the labeler does not have is refused")
    func building() async throws {
        try await GatewayBench.run { bench in
            let words = ["LABEL", "SEED", "3", "MEMBERS", "9", "TESTSHARE", "0.25", "SOURCE", "Unwarped"]
            let job = try #require(try await bench.ask(words.map { Array($0.utf8) }).text)
            let orders = bench.archive.state.withLock(\.orders)
            #expect(
                orders == [BuildDataSet(seed: 3, memberMaximum: 9, testShare: 0.25, source: .unwarped)]
            )
            let isDone = try await eventually {
                try await bench.ask("JOB", "labeler", job)["state"]?.text == "done"
            }
            #expect(isDone)
            let jobs = try await bench.ask("JOBS", "labeler", "COUNT", "5").elements
            #expect(jobs.map { $0["job"]?.text } == [job])
            #expect(jobs[0]["state"]?.text == "done" && (jobs[0]["started"]?.number ?? 0) > 0)
            #expect((jobs[0]["finished"]?.number ?? 0) >= (jobs[0]["started"]?.number ?? .max))
            for words in [
                ["LABEL", "SOURCE", "height"], ["LABEL", "SOURCE", "guess"], ["LABEL", "TESTSHARE", "1"],
                ["LABEL", "TESTSHARE", "x"], ["JOBS", "index"], ["JOBS", "labeler", "COUNT", "0"],
            ] {
                let reply = try await bench.ask(words.map { Array($0.utf8) })
                #expect(reply.code == .badArgument, "\(words)")
            }
        }
    }

    @Test("DATASETS and DATASET tell how a data set was made and how its labels are distributed")
    func dataSets() async throws {
        try await GatewayBench.run { bench in
            let rows = try await bench.ask("DATASETS").elements
            #expect(rows.map { $0["dataset"]?.text } == [id] && rows[0]["time"]?.number == 1_800_000_000_000)
            let reply = try await bench.ask("DATASET", id)
            #expect(reply["hash"]?.text == fingerprint(8).description && reply["pairs"]?.number == 2)
            #expect(reply["training-members"]?.number == 2 && reply["test-members"]?.number == 2)
            #expect(reply["thresholds"]?.elements.map(\.text) == ["0.65", "0.9", "0.98"])
            #expect(reply["recipe"]?.text == "{\"seed\":1}")
            let grades = try #require(reply["grades"]?.elements)
            #expect(grades.map { $0["side"]?.text } == ["training", "test"])
            #expect(grades.map { $0["grade"]?.number } == [2, 0] && grades[0]["pairs"]?.number == 1)
            #expect(reply["similarity"]?.elements.map(\.text) == ["0.3", "0.75"])
            let unknown = try await bench.ask("DATASET", slice)
            #expect(unknown.code == .notFound)
        }
    }

    @Test("G-16, G-17: PAIRS names the slices of pairs, page by page or drawn, of a grade and a side")
    func pairs() async throws {
        try await GatewayBench.run { bench in
            let first = try await bench.ask("PAIRS", id, "GRADE", "2", "SIDE", "TEST", "COUNT", "1")
            #expect(first["next"]?.number == 1)
            let pair = try #require(first["pairs"]?.elements.first)
            #expect(pair["first"]?.text == MadeDataSet.members[0].sliceID.description)
            #expect(pair["second"]?.text == MadeDataSet.members[1].sliceID.description)
            #expect(pair["outline"]?.text == "0.5" && pair["detail"]?.text == "0.25")
            #expect(pair["similarity"]?.text == "0.75" && pair["grade"]?.number == 2)
            let last = try await bench.ask("PAIRS", id, "AFTER", "1")
            #expect(last["next"] == Reply.none && last["pairs"]?.elements.count == 1)
            let drawn = try await bench.ask("PAIRS", id, "DRAW", "7", "GRADE", "0", "COUNT", "24")
            #expect(drawn["next"] == Reply.none && drawn["pairs"]?.elements.count == 2)
            let (pages, draws) = bench.archive.state.withLock { ($0.pages, $0.draws) }
            #expect(
                pages == [
                    FetchPairs(dataSetID: MadeDataSet.id, after: 0, limit: 1, grade: 2, side: .test),
                    FetchPairs(dataSetID: MadeDataSet.id, after: 1, limit: 20),
                ]
            )
            #expect(
                draws == [DrawPairs(dataSetID: MadeDataSet.id, seed: 7, limit: 24, grade: 0, side: nil)]
            )
            for words in [
                ["GRADE", "4"], ["SIDE", "both"], ["COUNT", "0"], ["COUNT", "1001"], ["AFTER", "-1"],
                ["DRAW", "1", "AFTER", "1"], ["NEXT"],
            ] {
                let reply = try await bench.ask((["PAIRS", id] + words).map { Array($0.utf8) })
                #expect(reply.code == .badArgument, "\(words)")
            }
            let unknown = try await bench.ask("PAIRS", slice)
            #expect(unknown.code == .notFound)
        }
    }

    @Test("MASK, MASKS and EXPLAIN tell what labels rest on")
    func masks() async throws {
        try await GatewayBench.run { bench in
            let mask = try await bench.ask("MASK", slice)
            #expect(mask["area"]?.text == "30.5" && mask["contains-lung"]?.number == 1)
            #expect(mask["reason"]?.text == "lung area 30.5 cm²")
            #expect(mask["flags"]?.elements.map(\.text) == ["oneLung"])
            #expect(mask["labels"] == .bytes([2, 0, 0, 0, 1]) && mask["columns"]?.number == 2)
            let outline = try #require(mask["outlines"]?.elements.first)
            #expect(outline["lung"]?.number == 2 && outline["points"]?.text == "1.5 2.0 3.25 4.0")
            let unknown = try await bench.ask("MASK", id)
            #expect(unknown.code == .notFound)

            let quality = try await bench.ask("MASKS", "COUNT", "3")
            #expect(quality["slices"]?.number == 9 && quality["with-lung"]?.number == 5)
            #expect(quality["without-lung"]?.number == 2 && quality["waiting"]?.number == 1)
            #expect(quality["areas"]?.elements.map(\.text) == ["30.5", "200.0"])
            #expect(quality["flags"]?["oneLung"]?.number == 1)
            #expect(quality["smallest"]?.elements.count == 3 && quality["empty"]?.elements.isEmpty == true)
            #expect(quality["flagged"]?.elements.first?["slice"]?.text == slice)
            #expect(quality["failed"]?.number == 1)
            #expect(quality["failures"]?.elements.first?["reason"]?.text == "out of memory")
            #expect(try await bench.ask("MASKS", "COUNT", "0").code == .badArgument)

            let explained = try await bench.ask("EXPLAIN", Sample(number: 0).sliceID.description, slice)
            #expect(explained["grade"]?.number == 2 && explained["similarity"]?.text == "0.75")
            #expect(explained["jpeg"] == .bytes([0xFF, 0xD8, 0x0D, 0x0A, 0xFF, 0xD9]))
            let other = try await bench.ask("EXPLAIN", slice, id)
            #expect(other["grade"] == Reply.none && other["outline"]?.text == "0.5")
            #expect(try await bench.ask("EXPLAIN", slice).code == .badArgument)
        }
    }
}
