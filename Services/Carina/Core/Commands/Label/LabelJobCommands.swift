import ArgumentParser
import Contracts
import LineProtocol

/// `carina label build`
struct LabelBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Labels pairs of the stored slices and waits for the data set.",
        discussion:
            "Ctrl-C leaves the job running; carina label status tells of it, carina label stop ends it."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Seed of all randomness: the same seed over the same slices gives the same data set.")
    var seed = 1

    @Option(help: "Most slices; default: the labeler's.")
    var members: Int?

    @Option(help: "Share of the slices whose patients test, above 0 and below 1; default: the labeler's.")
    var testShare: Double?

    @Option(help: "What labels are made of; default: the labeler's.")
    var source: LabelSource?

    @Flag(help: "Do not wait; print the job's id.")
    var detach = false

    struct Report: Encodable {
        let job: String
        let dataSet: String?
    }

    func validate() throws {
        guard self.seed >= 0 else { throw ValidationError("--seed is not negative") }
        if let members, !(2...100_000).contains(members) {
            throw ValidationError("--members is from 2 to 100000")
        }
        if let testShare, !(testShare > 0 && testShare < 1) {
            throw ValidationError("--test-share lies between 0 and 1")
        }
    }

    /// The command in the line protocol's words.
    var words: [String] {
        var words = ["LABEL", "SEED", "\(self.seed)"]
        if let members { words += ["MEMBERS", "\(members)"] }
        if let testShare { words += ["TESTSHARE", "\(testShare)"] }
        if let source { words += ["SOURCE", source.name] }
        return words
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let job = try await client.ask(self.words).reply.text ?? ""
        var dataSet: String?
        if !self.detach {
            let notice = InterruptNotice(
                "the job goes on: carina label status \(job); to stop it: carina label stop \(job)"
            )
            let watch = JobWatch(client: client, progress: ProgressBar(isSilent: self.gateway.json))
            dataSet = try await watch.wait(for: job, of: "labeler", title: "labeling") { id in
                JobSummary.dataSet(id, in: try await client.send("DATASETS"))
            }
            notice.end()
        }
        await client.close()
        if self.gateway.json { return try Printing.json(Report(job: job, dataSet: dataSet)) }
        Printing.line(dataSet.map { "data set \($0)" } ?? "job \(job)")
    }
}

/// `carina label status`
struct LabelStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows how far a job of the labeler is, or all of them, the newest first."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "A job's id. Default: the newest jobs.")
    var job: String?

    func run() async throws {
        let client = try await self.gateway.connect()
        let answers =
            if let job {
                [try await client.ask(["JOB", "labeler", job])]
            } else {
                try await client.askRows(["JOBS", "labeler"])
            }
        let jobs = try answers.map { try JobRow($0) }
        await client.close()
        if self.gateway.json { return try Printing.json(jobs) }
        Printing.line(jobs.isEmpty ? "the labeler has no jobs" : JobRow.table(jobs))
    }
}

/// `carina label stop`
struct LabelStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stops a job of the labeler soon; no data set comes of it."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The job's id.")
    var job: String

    func run() async throws {
        let client = try await self.gateway.connect()
        _ = try await client.send("CANCEL", "labeler", self.job)
        let row = try JobRow(try await client.ask(["JOB", "labeler", self.job]))
        await client.close()
        if self.gateway.json { return try Printing.json(row) }
        Printing.line(JobRow.table([row]))
    }
}

extension LabelSource: ExpressibleByArgument {
    /// The source of a name; nil for no source's.
    package init?(argument: String) {
        guard let source = Self.allCases.first(where: { $0.name == argument }) else { return nil }
        self = source
    }

    /// All names.
    package static var allValueStrings: [String] { Self.allCases.map(\.name) }
}
