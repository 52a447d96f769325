import ArgumentParser
import LineProtocol
import TestKit
import Testing

@testable import CarinaCore

@Suite("carina label")
struct LabelTests {
    static let commands: [any ParsableCommand.Type] = LabelCommand.configuration.subcommands

    @Test("each subcommand tells what it does in a sentence, and its help fits a terminal")
    func help() {
        #expect(
            Self.commands.map { $0.configuration.commandName } == [
                "build", "status", "stop", "list", "show", "pairs", "mask", "explain", "report",
            ]
        )
        for command in Self.commands {
            #expect(command.configuration.abstract.hasSuffix("."), "\(command)")
            let help = CarinaCommand.helpMessage(for: command, columns: 100)
            let lines = help.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(help)")
        }
    }

    @Test("options become the line protocol's words")
    func words() throws {
        #expect(try LabelBuildCommand.parse([]).words == ["LABEL", "SEED", "1"])
        let build = ["--seed", "7", "--members", "400", "--test-share", "0.25", "--source", "height"]
        #expect(
            try LabelBuildCommand.parse(build).words == [
                "LABEL", "SEED", "7", "MEMBERS", "400", "TESTSHARE", "0.25", "SOURCE", "height",
            ]
        )
        #expect(try LabelPairsCommand.parse(["aa"]).words == ["PAIRS", "aa", "COUNT", "20", "AFTER", "0"])
        let pairs = ["aa", "--grade", "3", "--side", "test", "--limit", "5", "--draw", "2"]
        #expect(
            try LabelPairsCommand.parse(pairs).words == [
                "PAIRS", "aa", "COUNT", "5", "GRADE", "3", "SIDE", "test", "DRAW", "2",
            ]
        )
    }

    @Test("an answer without one of its fields is an error, not an empty value")
    func missingFields() throws {
        let whole = MadeAnswers.dataSet.elements
        let details = try DataSetDetails(AnswerReader(reply: .list(whole), command: "DATASET"))
        #expect(details.summary.pairs == 300 && details.pairs(side: "training", grade: 3) == 20)
        for place in stride(from: 0, to: whole.count, by: 2) {
            let less = Array(whole[..<place] + whole[(place + 2)...])
            #expect(throws: CommandLineFailure.self) {
                _ = try DataSetDetails(AnswerReader(reply: .list(less), command: "DATASET"))
            }
        }
        let quality = MadeAnswers.quality.elements
        for place in stride(from: 0, to: quality.count, by: 2) {
            let less = Array(quality[..<place] + quality[(place + 2)...])
            #expect(throws: CommandLineFailure.self) {
                _ = try MaskQualityAnswer(AnswerReader(reply: .list(less), command: "MASKS"))
            }
        }
    }

    @Test("an outline's points come in twos")
    func outlines() throws {
        func mask(_ points: String) throws -> MaskAnswer {
            let outline = Reply.fields(["lung": .integer(1), "points": .text(points)])
            let reply = Reply.fields([
                "slice": .text("aa"), "area": .text("30.5"), "contains-lung": .integer(1),
                "reason": .text("enough"), "flags": .list([]), "outlines": .list([outline]),
            ])
            return try MaskAnswer(AnswerReader(reply: reply, command: "MASK"))
        }
        #expect(try mask("1.5 2 3 4").outlines == [.init(lung: 1, points: [1.5, 2, 3, 4])])
        for points in ["1.5 2 3", "1 x"] {
            #expect(throws: CommandLineFailure.self) { _ = try mask(points) }
        }
    }

    @Test("a data set for people: a row of each grade")
    func text() throws {
        let text = try DataSetDetails(AnswerReader(reply: MadeAnswers.dataSet, command: "DATASET")).text
        #expect(text.contains("built 2027-01-15T08:00:00Z"))
        #expect(text.contains("30 slices of 3 patients to learn from, 10 of 1 to test with"))
        #expect(text.hasSuffix("3      0.9800     20              5"))
    }
}

/// Answers of a gateway, made up.
enum MadeAnswers {
    static let dataSet = Reply.fields([
        "dataset": .text("0a0b0c0d"), "hash": .text("ff"), "members": .integer(40), "pairs": .integer(300),
        "training-patients": .integer(3), "test-patients": .integer(1), "time": .integer(1_800_000_000_000),
        "training-members": .integer(30), "test-members": .integer(10),
        "thresholds": .list([.text("0.65"), .text("0.9"), .text("0.98")]),
        "recipe": .text("{\"b\":[1,2],\"a\":\"<script>\"}"),
        "grades": .list(
            [("training", [100, 70, 60, 20]), ("test", [20, 15, 10, 5])].flatMap { side, counts in
                counts.enumerated().map { grade, count in
                    Reply.fields([
                        "side": .text(side), "grade": .integer(Int64(grade)), "pairs": .integer(Int64(count)),
                    ])
                }
            }
        ),
        "outline": .list([.text("0.0"), .text("0.5"), .text("1.0")]),
        "detail": .list([.text("0.1"), .text("0.6"), .text("0.9")]),
        "similarity": .list([.text("0.0"), .text("0.4"), .text("1.0")]),
    ])

    static let quality = Reply.fields([
        "slices": .integer(42), "with-lung": .integer(40), "without-lung": .integer(1),
        "waiting": .integer(0),
        "failed": .integer(1), "areas": .list([.text("22.5"), .text("150"), .text("310")]),
        "flags": .list([.text("oneLung"), .integer(1)]),
        "smallest": .list([row("aaaa0000", "22.5", ["oneLung"])]),
        "flagged": .list([row("aaaa0000", "22.5", ["oneLung"])]),
        "empty": .list([row("bbbb0000", "3.5", [])]),
        "failures": .list([
            .fields(["slice": .text("cccc"), "reason": .text("a & b"), "attempts": .integer(5)])
        ]),
    ])

    private static func row(_ slice: String, _ area: String, _ flags: [String]) -> Reply {
        .fields([
            "slice": .text(slice), "area": .text(area), "reason": .text("lung area \(area) cm²"),
            "flags": .list(flags.map { .text($0) }),
        ])
    }
}
