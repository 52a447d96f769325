import ArgumentParser
import LineProtocol

/// `carina compare`
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            "Shows why two stored slices are near or far: the distance of each part, and where the detail agrees.",
        discussion: """
            The picture: both slices, both laid over each other after alignment, and
            over the first one where the network sees the same inside (red) and where
            something else (blue). Shares are of the squared distance.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The first slice's id, as a search prints it.")
    var first: String

    @Argument(help: "The second slice's id.")
    var second: String

    @Option(help: "Where the picture goes (JPEG); 'none' writes none.")
    var output = "compare.jpg"

    func run() async throws {
        let client = try await self.gateway.connect()
        let comparison = try ComparisonAnswer(try await client.ask(["COMPARE", self.first, self.second]))
        if self.output != "none" {
            let sheet = try await CompareSheet.make(
                comparison,
                of: [self.first, self.second],
                client: client
            )
            try PictureFile.write(sheet, to: self.output)
        }
        await client.close()
        if self.gateway.json { return try Printing.json(comparison) }
        Printing.line(comparison.table)
        if let mean = comparison.meanAgreement {
            Printing.line(
                "detail agrees: \(SearchSheet.rounded(mean)) in the mean of the lungs; 1 the same, 0 nothing in common"
            )
        }
        if self.output != "none" { Printing.line("picture: \(self.output)") }
    }
}

extension ComparisonAnswer {
    /// The parts for people, and the whole.
    var table: String {
        var table = TextTable(header: ["part", "distance", "weight", "share"])
        for part in self.parts {
            table.add([
                part.name, SearchSheet.rounded(part.distance), SearchSheet.rounded(part.weight),
                CompareSheet.percent(part.share),
            ])
        }
        table.add(["whole", SearchSheet.rounded(self.distance)])
        return table.text
    }
}
