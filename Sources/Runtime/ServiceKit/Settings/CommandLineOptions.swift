/// A command line which the program does not understand: exit code 2.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What cannot be read.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What the command line asks for, before any value is checked.
package struct CommandLineOptions: Equatable, Sendable {
    /// What to do instead of, or besides, serving.
    package enum Task: Equatable, Sendable {
        case serve
        case printHelp
        case printVersion
        case checkConfiguration
    }

    /// What the process shall do.
    package private(set) var task = Task.serve
    /// Texts by key without dashes; the last of equal options wins.
    package private(set) var values: [String: String] = [:]

    /// Reads `--key value`, `--key=value` and `--<service>.key value`.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - serviceName: the prefix which an option may carry.
    ///   - settings: the known keys; a secret is refused, for every user can read command lines.
    /// - Throws: `UsageError`, which never repeats a value.
    package init(
        parsing arguments: [String],
        serviceName: String,
        settings: [any DeclaredSetting]
    ) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": task = .printHelp
            case "--version": task = .printVersion
            case "--check-config": task = .checkConfiguration
            default:
                let (key, inline) = try Self.split(argument, serviceName: serviceName)
                guard let setting = settings.first(where: { $0.key == key }) else {
                    throw UsageError("unknown option --\(key)")
                }
                guard !setting.isSecret else {
                    throw UsageError("--\(key) is a secret: give it by environment or by a file")
                }
                guard let value = inline ?? rest.popFirst() else {
                    throw UsageError("--\(key) needs a value")
                }
                values[key] = value
            }
        }
    }

    private static func split(
        _ argument: String,
        serviceName: String
    ) throws(UsageError) -> (key: String, inline: String?) {
        // A stray word may be a path with a patient's name: it is not repeated.
        guard argument.hasPrefix("--"), argument.count > 2 else { throw UsageError("unexpected argument") }
        let parts = argument.dropFirst(2).split(
            separator: "=",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        var key = parts[0]
        if key.hasPrefix("\(serviceName).") { key = key.dropFirst(serviceName.count + 1) }
        return (String(key), parts.count > 1 ? String(parts[1]) : nil)
    }
}
