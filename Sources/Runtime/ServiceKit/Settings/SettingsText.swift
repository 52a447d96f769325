/// What `--help` and `--check-config` print.
enum SettingsText {
    /// The usage, every key with its default, range and variable, and the exit codes.
    static func help(
        serviceName: String,
        summary: String,
        settings: [any DeclaredSetting]
    ) -> String {
        var lines = [
            "\(serviceName): \(summary)",
            "",
            "usage: \(serviceName) [--key value | --key=value]... [--check-config | --help | --version]",
            "",
            "Each key is also read from its environment variable, or from the file which <VARIABLE>_FILE names.",
            "",
        ]
        for setting in settings {
            lines.append(
                "  --\(setting.key)   \(Settings.variable(serviceName: serviceName, key: setting.key))"
            )
            var facts: [String] = []
            if setting.isSecret { facts.append("secret: environment or file only") }
            if !setting.defaultText.isEmpty { facts.append("default \(setting.defaultText)") }
            if !setting.rangeText.isEmpty { facts.append("range \(setting.rangeText)") }
            lines.append(
                "      \(setting.help)" + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
            )
        }
        lines.append("")
        lines.append("exit codes: 0 done, 1 failure, 2 wrong usage, 78 wrong configuration")
        return lines.joined(separator: "\n")
    }

    /// The effective configuration, one `key = value` a line with its source; secrets only say whether they are given.
    static func effective(_ settings: Settings) -> String {
        settings.declared.map { setting in
            let text = settings.texts[setting.key] ?? ""
            let source = settings.sources[setting.key]?.rawValue ?? ""
            let shown = setting.isSecret ? (text.isEmpty ? "(not given)" : "(given)") : text
            return "\(setting.key) = \(shown)   # \(source)"
        }.joined(separator: "\n")
    }
}
