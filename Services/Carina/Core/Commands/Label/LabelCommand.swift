import ArgumentParser

/// `carina label`
struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Builds data sets of coarsely labeled pairs, and shows what they rest on.",
        discussion: """
            carina label build; carina label report
            carina train builds a data set itself; these commands are for looking closer.
            """,
        subcommands: [
            LabelBuildCommand.self, LabelStatusCommand.self, LabelStopCommand.self, LabelListCommand.self,
            LabelShowCommand.self, LabelPairsCommand.self, LabelMaskCommand.self, LabelExplainCommand.self,
            LabelReportCommand.self,
        ]
    )
}
