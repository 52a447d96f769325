/// What `--help`, the readers and `--check-config` need to know of a setting, whatever its type.
package protocol DeclaredSetting: Sendable {
    /// Lowercase words joined by dashes: `health-port` is `--health-port` and `CARINA_<SERVICE>_HEALTH_PORT`.
    var key: String { get }
    /// One sentence without a final stop.
    var help: String { get }
    /// The default as an operator would write it; empty: none.
    var defaultText: String { get }
    /// Which values are taken, as in `1...64` or `text|json`; empty: any.
    var rangeText: String { get }
    /// Whether the value is kept out of everything that is printed.
    var isSecret: Bool { get }
    /// Whether a text is a value within the range.
    func accepts(_ text: String) -> Bool
}

/// One setting with its type, default and range, written once.
package struct Setting<Value: Sendable>: DeclaredSetting {
    /// Name after `--`; in capitals with underscores in the environment.
    package let key: String
    /// What it is for.
    package let help: String
    /// Taken when nothing is given.
    package let defaultValue: Value
    /// The default as `--help` shows it.
    package let defaultText: String
    /// What is allowed, as `--help` shows it; empty: anything.
    package let rangeText: String
    /// Never shown, and refused on the command line, which others can read.
    package let isSecret: Bool
    /// The value of a text; nil when it is none or out of range.
    let parse: @Sendable (String) -> Value?

    /// Whether a text is an allowed value.
    package func accepts(_ text: String) -> Bool { parse(text) != nil }
}

extension Setting where Value == Int {
    /// A whole number within a range.
    package static func integer(
        _ key: String,
        default value: Int,
        in range: ClosedRange<Int>,
        help: String
    ) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: String(value),
            rangeText: "\(range.lowerBound)...\(range.upperBound)",
            isSecret: false,
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
        )
    }
}

extension Setting where Value == Double {
    /// A number within a range.
    package static func real(
        _ key: String,
        default value: Double,
        in range: ClosedRange<Double>,
        help: String
    ) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: String(value),
            rangeText: "\(range.lowerBound)...\(range.upperBound)",
            isSecret: false,
            parse: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }
        )
    }
}

extension Setting where Value == Duration {
    /// A duration, written as seconds with or without a fraction.
    package static func seconds(
        _ key: String,
        default value: Duration,
        in range: ClosedRange<Duration>,
        help: String
    ) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: value.secondsText,
            rangeText: "\(range.lowerBound.secondsText)...\(range.upperBound.secondsText) seconds",
            isSecret: false,
            parse: { text in
                // A duration holds at most 2^63 seconds: a larger number must be refused before it is converted.
                guard let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e15 else { return nil }
                let duration = Duration.seconds(seconds)
                return range.contains(duration) ? duration : nil
            }
        )
    }
}

extension Setting where Value == Bool {
    /// A truth value, written `true` or `false`.
    package static func flag(_ key: String, default value: Bool, help: String) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: String(value),
            rangeText: "true|false",
            isSecret: false,
            parse: { Bool($0) }
        )
    }
}

extension Setting where Value == String {
    /// Any text; empty means not given unless a default says otherwise.
    package static func text(_ key: String, default value: String = "", help: String) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: value,
            rangeText: "",
            isSecret: false,
            parse: { $0 }
        )
    }

    /// A text which is never printed and never taken from the command line, where every user could read it.
    package static func secret(_ key: String, help: String) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: "",
            defaultText: "",
            rangeText: "",
            isSecret: true,
            parse: { $0 }
        )
    }

    /// One of some words.
    package static func choice(
        _ key: String,
        default value: String,
        among words: [String],
        help: String
    ) -> Self {
        Setting(
            key: key,
            help: help,
            defaultValue: value,
            defaultText: value,
            rangeText: words.joined(separator: "|"),
            isSecret: false,
            parse: { words.contains($0) ? $0 : nil }
        )
    }
}

extension Duration {
    /// Seconds as a number.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// Seconds as an operator writes them.
    var secondsText: String {
        components.attoseconds == 0 ? String(components.seconds) : String(inSeconds)
    }
}
