import Foundation

/// The checkout these tests were built from, read as text.
enum Repository {
    /// The folder that holds Package.swift: the one the tests run in, else the one they were compiled in.
    static let root: URL = {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        let compiled = URL(filePath: #filePath).deletingLastPathComponent()
        for start in [here, compiled] {
            var folder = start
            while folder.path != "/" {
                if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
                    return folder
                }
                folder.deleteLastPathComponent()
            }
        }
        return here
    }()

    /// Every file below `folder` whose name ends in `suffix`, as (path from the root, text).
    static func files(below folder: String, suffix: String) throws -> [(path: String, text: String)] {
        let base = root.appending(path: folder).resolvingSymlinksInPath()
        guard let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else {
            return []
        }
        var found: [(String, String)] = []
        for case let file as URL in walker where file.lastPathComponent.hasSuffix(suffix) {
            let path = folder + file.path.dropFirst(base.path.count)
            found.append((path, try String(contentsOf: file, encoding: .utf8)))
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// The modules that a Swift file imports.
    static func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            // The look for the word comes first: a regular expression on every line takes a minute.
            guard line.contains("import "),
                let match = line.firstMatch(of: /^\s*(?:@\w+\s+)?(?:\w+\s+)?import\s+(\w+)/)
            else {
                return nil
            }
            return String(match.1)
        }
    }
}
