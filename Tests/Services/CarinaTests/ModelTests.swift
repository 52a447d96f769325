import ArgumentParser
import LineProtocol
import Testing

@testable import CarinaCore

@Suite("carina model")
struct ModelTests {
    @Test("each subcommand tells what it does in a sentence, and its help fits a terminal")
    func help() {
        let commands = ModelCommand.configuration.subcommands
        #expect(commands.map { $0.configuration.commandName } == ["list", "show", "export"])
        for command in commands {
            #expect(command.configuration.abstract.hasSuffix("."), "\(command)")
            let help = CarinaCommand.helpMessage(for: command, columns: 100)
            let lines = help.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(help)")
        }
    }

    @Test("a row of a model that came with the program has neither data set nor training")
    func rows() throws {
        func row(_ more: [(String, Reply)]) throws -> ModelRow {
            let reply = Reply.fields([
                "model": .text("ab"), "state": .text("promoted"), "epochs": .integer(0),
                "training": .text("0.5"), "test": .text("0.25"), "time": .integer(1_800_000_000_000),
            ])
            let more = more.flatMap { [Reply.text($0.0), $0.1] }
            return try ModelRow(AnswerReader(reply: .list(reply.elements + more), command: "MODELS"))
        }
        let shipped = try row([("dataset", .none), ("job", .none)])
        #expect(shipped.dataSet == nil && shipped.job == nil && shipped.testLoss == 0.25)
        #expect(shipped.timeText == "2027-01-15T08:00:00Z")
        let trained = try row([("dataset", .text("cd")), ("job", .text("ef"))])
        #expect(trained.dataSet == "cd" && trained.job == "ef")
    }

    @Test("a seed below zero is refused")
    func seeds() {
        #expect(throws: (any Error).self) { try TrainCommand.parse(["--seed", "-1"]) }
        #expect(throws: Never.self) {
            try TrainCommand.parse(["--seed", "7", "--watch", "--recipe", "x.json"])
        }
    }
}
