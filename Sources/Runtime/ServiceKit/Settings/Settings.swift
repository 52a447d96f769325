internal import Configuration

/// A configuration which cannot be used: exit code 78. Each problem is one line without a secret.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line for each key that cannot be used.
    package let problems: [String]

    /// Collects every problem, so that an operator sees all of them at once.
    package init(_ problems: [String]) {
        self.problems = problems
    }

    /// All problems, a line each.
    package var description: String { problems.joined(separator: "\n") }
}

/// The effective settings of one service, read once and checked.
///
/// Options override the environment (`CARINA_<SERVICE>_<KEY>`, or a file named by `CARINA_<SERVICE>_<KEY>_FILE`),
/// which overrides the defaults. An empty variable counts as absent.
package struct Settings: Sendable {
    /// Where a value came from.
    enum Source: String, Sendable {
        case option
        case environment
        case file
        case standard = "default"
    }

    let serviceName: String
    let declared: [any DeclaredSetting]
    let texts: [String: String]
    let sources: [String: Source]

    /// Reads all settings.
    ///
    /// - Parameters:
    ///   - declared: every setting of the service; keys are unique.
    ///   - options: texts by key from the command line.
    ///   - environment: all variables of the process.
    ///   - readFile: the content of a secret's file; nil when it cannot be read.
    /// - Throws: `ConfigurationError` with every problem found.
    package init(
        serviceName: String,
        declared: [any DeclaredSetting],
        options: [String: String],
        environment: [String: String],
        readFile: (String) -> String?
    ) throws(ConfigurationError) {
        var problems: [String] = []
        let given = environment.filter { !$0.value.isEmpty }
        var files: [String: String] = [:]
        for setting in declared {
            let variable = Self.variable(serviceName: serviceName, key: setting.key)
            guard let path = given["\(variable)_FILE"] else { continue }
            if given[variable] != nil {
                problems.append("\(variable) and \(variable)_FILE are both given")
            } else if let content = readFile(path) {
                files[setting.key] = String(content.trimmingSuffix(while: \.isNewline))
            } else {
                problems.append("the file named by \(variable)_FILE cannot be read")
            }
        }
        let reader = ConfigReader(providers: [
            Self.provider("options", serviceName: serviceName, values: options),
            EnvironmentVariablesProvider(environmentVariables: given),
            Self.provider("files", serviceName: serviceName, values: files),
        ])
        var texts: [String: String] = [:]
        var sources: [String: Source] = [:]
        for setting in declared {
            let key = ConfigKey(["carina", serviceName, setting.key])
            let text = reader.string(forKey: key, isSecret: setting.isSecret)
            sources[setting.key] =
                options[setting.key] != nil
                ? .option : files[setting.key] != nil ? .file : text != nil ? .environment : .standard
            texts[setting.key] = text ?? setting.defaultText
            if let text, !setting.accepts(text) {
                let shown = setting.isSecret ? "the value" : "\"\(text)\""
                problems.append("\(setting.key): \(shown) is not within \(setting.rangeText)")
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        self.serviceName = serviceName
        self.declared = declared
        self.texts = texts
        self.sources = sources
    }

    /// The value of a setting which the service declared.
    package subscript<Value>(_ setting: Setting<Value>) -> Value {
        guard let text = texts[setting.key] else {
            preconditionFailure("setting \(setting.key) is used but not declared in the service's definition")
        }
        return sources[setting.key] == .standard
            ? setting.defaultValue : setting.parse(text) ?? setting.defaultValue
    }

    /// Whether an operator gave a value, rather than the default.
    package func isGiven<Value>(_ setting: Setting<Value>) -> Bool {
        sources[setting.key].map { $0 != .standard } ?? false
    }

    /// The name of a setting's environment variable.
    static func variable(serviceName: String, key: String) -> String {
        "CARINA_\(serviceName)_\(key)".uppercased().replacing("-", with: "_")
    }

    private static func provider(
        _ name: String,
        serviceName: String,
        values: [String: String]
    ) -> InMemoryProvider {
        var entries: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, text) in values {
            entries[AbsoluteConfigKey(["carina", serviceName, key])] = ConfigValue(
                .string(text),
                isSecret: false
            )
        }
        return InMemoryProvider(name: name, values: entries)
    }
}

extension StringProtocol {
    /// The text without its last characters which fulfil a condition.
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let last = rest.last, condition(last) { rest = rest.dropLast() }
        return rest
    }
}
