import LineProtocol

/// What HELP and COMMAND say.
enum HelpText {
    /// `HELP`: a line a command; `HELP name`: its usage.
    static func reply(_ words: inout Words) throws(CommandFailure) -> Reply {
        if words.isEmpty {
            let width = CommandTable.all.map(\.name.count).max() ?? 0
            return .list(
                CommandTable.all.map { .text("\($0.name.padded(to: width))  \($0.summary)") }
                    + [.text("HELP command tells more; the whole protocol is in Protocols/Gateway.md")]
            )
        }
        let name = try words.keyword("command")
        guard let command = CommandTable.find(name) else {
            throw .init(.badArgument, "there is no command \(name)")
        }
        let role = command.role.map { "needs the role \($0.rawValue)" } ?? "open to everybody"
        return .list([.text("\(command.name) \(command.usage)"), .text(command.summary), .text(role)])
    }

    /// What Redis tools ask when they connect: the number of commands, or the list with no documentation.
    static func commandReply(_ words: inout Words) throws(CommandFailure) -> Reply {
        guard !words.isEmpty else { return .list(CommandTable.all.map { self.entry($0) }) }
        switch try words.keyword("subcommand") {
        case "COUNT": return .integer(Int64(CommandTable.all.count))
        case "DOCS": return .list([])
        default: throw .init(.badArgument, "COMMAND takes COUNT and DOCS")
        }
    }

    private static func entry(_ command: CommandDescription) -> Reply {
        .list([
            .text(command.name.lowercased()), .integer(-1), .list([]), .integer(0), .integer(0), .integer(0),
        ])
    }
}

extension String {
    /// The text followed by blanks up to `width`.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.count))
    }
}
