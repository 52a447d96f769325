/// What a person knows of an archive's slices: a class, and who the patient is.
///
/// Comma-separated lines; the first names the columns: `file` and `class`, in any order `patient` besides, others are
/// passed over. `file` is a file's path below the archive's folder, or a folder's, which stands for all below it; the
/// longest one that fits decides. A field may stand in double quotes; an empty one says nothing.
package struct TruthTable: Sendable, Equatable {
    /// What is known of a file or folder.
    package struct Entry: Sendable, Equatable {
        /// Nil: none.
        package var label: String?
        /// Nil: what the file says.
        package var patient: String?

        /// Makes an entry.
        package init(label: String?, patient: String?) {
            self.label = label
            self.patient = patient
        }
    }

    private var entries: [String: Entry] = [:]

    /// Files and folders that it names.
    package var count: Int { self.entries.count }

    /// Reads a table.
    ///
    /// - Throws: `ExperimentError.badTable` with the number of the line.
    package init(_ text: String) throws(ExperimentError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let header = lines.first, !header.allSatisfy(\.isWhitespace) else {
            throw .badTable(line: 1, "the table is empty")
        }
        let names = try Self.fields(header, line: 1).map { $0.lowercased() }
        guard let file = names.firstIndex(of: "file"), let label = names.firstIndex(of: "class") else {
            throw .badTable(line: 1, "the header has no columns 'file' and 'class'")
        }
        let patient = names.firstIndex(of: "patient")
        for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
            let fields = try Self.fields(line, line: index + 1)
            guard fields.count == names.count else {
                throw .badTable(line: index + 1, "\(fields.count) fields under \(names.count) columns")
            }
            let path = Self.normalized(fields[file])
            guard !path.isEmpty else { throw .badTable(line: index + 1, "no file") }
            let entry = Entry(
                label: fields[label].isEmpty ? nil : fields[label],
                patient: patient.flatMap { fields[$0].isEmpty ? nil : fields[$0] }
            )
            guard self.entries.updateValue(entry, forKey: path) == nil else {
                throw .badTable(line: index + 1, "the file stands in an earlier line too")
            }
        }
    }

    /// What is known of a file: its own line, else that of the nearest folder above it.
    ///
    /// - Parameter path: below the archive's folder.
    package subscript(path path: String) -> Entry? {
        var key = Self.normalized(path)[...]
        while true {
            if let entry = self.entries[String(key)] { return entry }
            guard let slash = key.lastIndex(of: "/") else { return nil }
            key = key[..<slash]
        }
    }

    private static func normalized(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func fields(_ line: Substring, line number: Int) throws(ExperimentError) -> [String] {
        var fields: [String] = []
        var (field, isQuoted) = ("", false)
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                fields.append(field)
                field = ""
            } else {
                field.append(character)
            }
        }
        guard !isQuoted else { throw .badTable(line: number, "a quote without end") }
        return (fields + [field]).map { Self.trimmed($0) }
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(String(start.reversed().drop(while: \.isWhitespace)).reversed())
    }
}
