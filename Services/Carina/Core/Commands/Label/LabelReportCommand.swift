import ArgumentParser
import LineProtocol

/// `carina label report`
struct LabelReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page about a data set: grades, example pairs, masks, failures.",
        discussion: """
            One HTML file with its pictures inside. It holds no names, only ids of slices; the pictures are as they are
            stored, so keep it where the slices may be.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "A data set's id. Default: the newest.")
    var dataSet: String?

    @Option(help: "Where the page goes.")
    var output = "label-report.html"

    @Option(help: "Seed of the draw of example pairs.")
    var seed = 1

    struct Report: Encodable {
        let dataSet: String
        let file: String
        let bytes: Int
    }

    func validate() throws {
        guard self.seed >= 0 else { throw ValidationError("--seed is not negative") }
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let progress = ProgressBar(isSilent: self.gateway.json)
        let report = try await LabelReport.collect(
            self.dataSet,
            seed: self.seed,
            client: client,
            progress: progress
        )
        await client.close()
        let page = Array(ReportPage(report: report).html.utf8)
        try PictureFile.write(page, to: self.output)
        if self.gateway.json {
            let id = report.dataSet.summary.dataSet
            return try Printing.json(Report(dataSet: id, file: self.output, bytes: page.count))
        }
        Printing.line("report on data set \(report.dataSet.summary.dataSet): \(self.output)")
    }
}
