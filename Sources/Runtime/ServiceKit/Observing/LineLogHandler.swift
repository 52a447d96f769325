internal import FoundationEssentials
internal import Glibc
package import Logging

/// How lines of the log look.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, service, message, `key=value`.
    case text
    /// For collectors: one object a line; `trace` is the request's id.
    case json
}

/// Writes each record as one line with a single system call, so that lines of several threads never mix.
package struct LineLogHandler: LogHandler {
    /// Least important record that is written.
    package var logLevel: Logger.Level
    /// Fields of every record.
    package var metadata: Logger.Metadata = [:]
    /// Fields of the present task.
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    /// Makes a handler; `write` receives whole lines with their newline (standard output by default).
    package init(
        label: String,
        format: LogFormat,
        level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = LineLogHandler.writeToStandardOutput
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.write = write
    }

    /// One field of every record.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record as one line.
    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        let time = Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        let level = event.level.rawValue
        switch format {
        case .text:
            let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.oneLine("\($0.value)"))" }
            write("\(time)Z \(level) \(label): \(Self.oneLine(event.message.description))\(pairs.joined())\n")
        case .json:
            var members = [
                ("time", time + "Z"), ("level", level), ("service", label),
                ("message", event.message.description),
            ]
            members += fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
            let object = members.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",")
            write("{\(object)}\n")
        }
    }

    /// Writes a line to file descriptor 1; a reader which went away is no reason to stop.
    package static let writeToStandardOutput: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { bytes in
            // SAFETY: the buffer is valid in this closure and write reads exactly its count.
            _ = unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    /// A record is one line, whatever the text holds.
    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline)
            ? text.split(whereSeparator: \.isNewline).joined(separator: " ") : text
    }

    /// A JSON string (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
