package import ArgumentParser

/// The operator's tool. What it does with an archive goes through the gateway's line
/// protocol, so it works against any deployment.
package struct CarinaCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "carina",
        abstract: "Finds similar lung CT slices: runs the services, feeds them, asks them.",
        discussion: """
            carina demo shows everything once. carina up, ingest, train, search is the same by hand.
            Exit codes: 0 done, 1 failure (the reason is on standard error), 64 wrong usage; see carina help evaluate for its 3.
            Not a medical device: an aid for finding cases, not for deciding about them.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, UpCommand.self, DownCommand.self, StatusCommand.self, IngestCommand.self,
            ImportCommand.self, LabelCommand.self, TrainCommand.self, EvaluateCommand.self,
            SearchCommand.self, CompareCommand.self,
            EventsCommand.self, IndexCommand.self, ModelCommand.self, PhantomCommand.self, TokenCommand.self,
        ]
    )

    package init() {}

    /// What the program does: reads the command line, runs the command, ends the process with its exit code.
    package static func run() async { await Self.main() }
}
