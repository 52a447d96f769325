import ArgumentParser
import Contracts
import Foundation
import LineProtocol

/// `carina label list`
struct LabelListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the data sets, the newest first."
    )

    @OptionGroup var gateway: GatewayOptions

    func run() async throws {
        let client = try await self.gateway.connect()
        let rows = try await DataSetRow.all(client)
        await client.close()
        if self.gateway.json { return try Printing.json(rows) }
        var table = TextTable(header: [
            "data set", "built", "slices", "pairs", "patients to learn from / test",
        ])
        for row in rows {
            table.add([
                row.dataSet, row.timeText, "\(row.members)", "\(row.pairs)",
                "\(row.trainingPatients) / \(row.testPatients)",
            ])
        }
        Printing.line(rows.isEmpty ? "there is no data set yet" : table.text)
    }
}

/// `carina label show`
struct LabelShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows how a data set was made and how its labels are distributed."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "A data set's id. Default: the newest.")
    var dataSet: String?

    func run() async throws {
        let client = try await self.gateway.connect()
        let details = try await DataSetDetails.fetch(self.dataSet, client)
        await client.close()
        if self.gateway.json { return try Printing.json(details) }
        Printing.line(details.text)
    }
}

/// `carina label pairs`
struct LabelPairsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Lists pairs of a data set, in their order or drawn at random."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The data set's id.")
    var dataSet: String

    @Option(help: "Only pairs of this grade: 0 (unlike) to 3 (alike).")
    var grade: Int?

    @Option(help: "Only pairs of this side.")
    var side: DataSetSide?

    @Option(help: "Most pairs.")
    var limit = 20

    @Option(help: "Pairs to pass over: what the page before says at its end.")
    var after = 0

    @Option(help: "Draw pairs at random by this seed instead.")
    var draw: Int?

    struct Report: Encodable {
        let pairs: [PairRow]
        let next: Int?
    }

    func validate() throws {
        if let grade, !(0...3).contains(grade) { throw ValidationError("--grade is from 0 to 3") }
        guard (1...1000).contains(self.limit) else { throw ValidationError("--limit is from 1 to 1000") }
        guard self.after >= 0 else { throw ValidationError("--after is not negative") }
        if let draw, draw < 0 || self.after > 0 {
            throw ValidationError("--draw is not negative and takes no --after")
        }
    }

    /// The command in the line protocol's words.
    var words: [String] {
        var words = ["PAIRS", self.dataSet, "COUNT", "\(self.limit)"]
        if let grade { words += ["GRADE", "\(grade)"] }
        if let side { words += ["SIDE", side.name] }
        if let draw { words += ["DRAW", "\(draw)"] } else { words += ["AFTER", "\(self.after)"] }
        return words
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let answer = try await client.ask(self.words)
        await client.close()
        let pairs = try answer.rows("pairs").map { try PairRow($0) }
        let next = answer.reply["next"]?.number.map { Int($0) }
        if self.gateway.json { return try Printing.json(Report(pairs: pairs, next: next)) }
        var table = TextTable(header: ["grade", "rank", "outline", "detail", "first", "second"])
        for pair in pairs {
            table.add([
                "\(pair.grade)", SearchSheet.rounded(pair.similarity), SearchSheet.rounded(pair.outline),
                SearchSheet.rounded(pair.detail), pair.first, pair.second,
            ])
        }
        Printing.line(pairs.isEmpty ? "no such pairs here" : table.text)
        if let next { Printing.line("more: --after \(next)") }
    }
}

extension DataSetRow {
    /// When it was built, UTC.
    var timeText: String {
        Date(timeIntervalSince1970: Double(self.timeMilliseconds) / 1_000).ISO8601Format()
    }
}

extension DataSetDetails {
    /// The data set for people.
    var text: String {
        var grades = TextTable(header: ["grade", "rank from", "training pairs", "test pairs"])
        for grade in 0...3 {
            let threshold = grade == 0 ? 0 : grade <= self.thresholds.count ? self.thresholds[grade - 1] : 1
            grades.add([
                "\(grade)", SearchSheet.rounded(threshold), "\(self.pairs(side: "training", grade: grade))",
                "\(self.pairs(side: "test", grade: grade))",
            ])
        }
        let row = self.summary
        return """
            data set \(row.dataSet), built \(row.timeText)
            hash \(row.hash)
            \(row.pairs) pairs; \(self.trainingMembers) slices of \(row.trainingPatients) patients to learn from, \
            \(self.testMembers) of \(row.testPatients) to test with
            recipe \(self.recipe)

            \(grades.text)
            """
    }
}

extension DataSetSide: ExpressibleByArgument {
    /// The side of a name; nil for no side's.
    package init?(argument: String) {
        guard let side = Self.allCases.first(where: { $0.name == argument }) else { return nil }
        self = side
    }

    /// All names.
    package static var allValueStrings: [String] { Self.allCases.map(\.name) }
}
