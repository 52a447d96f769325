import Contracts
import LineProtocol
import Testing
import Wire

@testable import CarinaCore
@testable import GatewayCore

@Suite("What the gateway answers, read by the tool")
struct SearchResultTests {
    private let answer = SearchAnswer(
        generation: Fingerprint(bytes: Array(repeating: 3, count: 32)),
        parts: [
            EmbeddingPartRecord(name: "outline", count: 2, weight: 0.5),
            EmbeddingPartRecord(name: "detail", count: 2, weight: 0.5),
        ],
        query: Self.identifier(1),
        seq: 77,
        shardCount: 2,
        distancesComputed: 1234,
        hits: [
            SearchHit(
                sliceID: Self.identifier(2),
                seriesID: Self.identifier(3),
                patientID: Self.identifier(4),
                distance: 0.1,
                partDistances: [0.25, 0.125]
            )
        ]
    )

    private static func identifier(_ byte: UInt8) -> Identifier {
        Identifier(bytes: Array(repeating: byte, count: Identifier.byteCount))
    }

    @Test("G-11: the gateway's own writing is read back, to the last bit of each distance")
    func reading() throws {
        let result = try SearchResult(SearchReply.describe(self.answer))
        #expect(result.query == Self.identifier(1).description)
        #expect(result.generation == String(repeating: "03", count: 32))
        #expect(result.seq == 77 && result.shards == "2/2" && result.distances == 1234)
        let hit = try #require(result.hits.first)
        #expect(result.hits.count == 1 && Float(hit.distance) == 0.1)
        #expect(hit.slice == Self.identifier(2).description && hit.series == Self.identifier(3).description)
        #expect(hit.patient == Self.identifier(4).description && hit.parts == "outline=0.25,detail=0.125")
        let lines = result.table.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("rank  distance") && lines[1].contains("0.1000"))
        // Full numbers are for --json.
        #expect(lines[1].contains("outline 0.25  detail 0.12  "))
    }

    @Test("an answer without one of its fields is an error, not an empty result")
    func missingFields() {
        let whole = SearchReply.describe(self.answer).elements
        for name in ["query", "generation", "seq", "shards", "distances", "hits"] {
            var fields: [Reply] = []
            for index in stride(from: 0, to: whole.count, by: 2) where whole[index].text != name {
                fields += [whole[index], whole[index + 1]]
            }
            #expect(throws: CommandLineFailure.self) { try SearchResult(.list(fields)) }
        }
        #expect(throws: CommandLineFailure.self) { try SearchResult(.status("OK")) }
    }

    @Test("a job's end is told in its numbers")
    func jobSummaries() throws {
        let dataSets = Reply.list([
            .fields([
                "dataset": .text("aa"), "members": .integer(400), "pairs": .integer(9000),
                "training-patients": .integer(12), "test-patients": .integer(3),
            ])
        ])
        #expect(
            JobSummary.dataSet("aa", in: dataSets)
                == "9000 pairs of 400 slices; 12 patients to learn from, 3 to test with"
        )
        #expect(JobSummary.dataSet("bb", in: dataSets) == "data set bb")
        func epochs(_ test: [Reply]) throws -> [EpochRow] {
            try test.enumerated().map { number, test in
                let row = Reply.fields([
                    "stage": .text(number < 3 ? "outline" : "detail"),
                    "epoch": .integer(Int64(number % 3 + 1)),
                    "training": .text("0.\(9 - number)"), "test": test, "best": .integer(number == 1 ? 1 : 0),
                    "seconds": .text("\(number * 10).6"),
                ])
                return try EpochRow(AnswerReader(reply: row, command: "RUN"))
            }
        }
        // The best epoch of a stage was kept, or its last.
        let tested = try epochs([.text("0.5"), .text("0.41"), .text("0.42"), .text("0.34567")])
        #expect(
            JobSummary.training(tested)
                == "4 epochs in 31 s, loss on test patients: outline 0.4100, detail 0.3457"
        )
        #expect(tested[1].text == "outline 2  loss 0.8000  test 0.4100  best")
        let untested = try epochs([.none, .none])
        #expect(JobSummary.training(untested) == "2 epochs in 11 s, loss: outline 0.8000")
        #expect(JobSummary.training([]) == "a model without a history")
    }

    @Test("a table's columns are as wide as their widest cell, and no line ends in blanks")
    func table() {
        var table = TextTable(header: ["a", "long header", "c"])
        table.add(["wide cell", "x", ""])
        table.add(["é", "y"])
        #expect(table.text == "a          long header  c\nwide cell  x\né          y")
    }
}
