private import Foundation

/// Where the real CT data and the golden arrays of the prototype lie: `../shared` beside the package's root.
///
/// Tests which need them carry
/// `.enabled(if: SharedData.isPresent, "\(SharedData.absence)")`.
package enum SharedData {
    /// The folder which holds `Package.swift`, symbolic links resolved; nil when no parent folder has one.
    ///
    /// Looked for upward from this file and from the current folder, since a build may see the sources
    /// through links.
    package static let packageRoot: String? = {
        let roots = candidateRoots(filePath: #filePath)
        return roots.first { isFolder($0 + "/../shared/data") } ?? roots.first
    }()

    /// The folder `shared` beside the package's root, or nil when it is absent.
    package static let folder: String? = {
        guard let root = packageRoot, isFolder(root + "/../shared/data") else { return nil }
        return resolved(root + "/../shared")
    }()

    /// True when both the CT data and the golden arrays are there.
    package static var isPresent: Bool {
        folder.map { isFolder($0 + "/prototype/golden") } ?? false
    }

    /// Says what is missing; the comment of a skipped test.
    package static let absence = "real data absent: ../shared/data and ../shared/prototype/golden"

    /// The path of a file below `shared/data`, as in `SharedData.path("ct/LUNG1-002/…")`.
    ///
    /// - Throws: `SharedDataAbsent` when the folder or the file is not there.
    package static func path(_ name: String) throws -> String {
        try existing("data/" + name)
    }

    /// The path of a file below `shared/prototype/golden`.
    ///
    /// - Throws: `SharedDataAbsent` when the folder or the file is not there.
    package static func goldenPath(_ name: String) throws -> String {
        try existing("prototype/golden/" + name)
    }

    /// The paths of the regular files below a folder of `shared/data`, sorted, recursively.
    ///
    /// - Parameter suffix: how a file's name must end; empty: all.
    /// - Throws: `SharedDataAbsent` when the folder is not there.
    package static func files(in name: String, suffix: String = "") throws -> [String] {
        let root = try path(name)
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { root + "/" + $0 }
            .filter { !isFolder($0) }
    }

    /// The bytes of a file below `shared/data`.
    package static func bytes(_ name: String) throws -> [UInt8] {
        try fileBytes(try path(name))
    }

    /// The arrays of a file below `shared/prototype/golden`.
    package static func golden(_ name: String) throws -> GoldenArrays {
        try GoldenArrays(try goldenPath(name))
    }

    private static func existing(_ name: String) throws -> String {
        guard let folder else { throw SharedDataAbsent() }
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { throw SharedDataAbsent() }
        return path
    }

    private static func candidateRoots(filePath: String) -> [String] {
        let starts = [resolved(filePath), filePath, FileManager.default.currentDirectoryPath]
        return starts.flatMap { start in
            var roots: [String] = []
            var folder = start
            while folder.count > 1 {
                if FileManager.default.fileExists(atPath: folder + "/Package.swift") { roots.append(folder) }
                folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
            }
            return roots
        }
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private static func isFolder(_ path: String) -> Bool {
        // A file's attributes would need a pointer for the flag; a folder can be entered with a trailing dot.
        FileManager.default.fileExists(atPath: path + "/.")
    }
}

/// Thrown when a test asks for real data which is not there. Holds no name: a name may identify a patient.
package struct SharedDataAbsent: Error, CustomStringConvertible {
    /// Says that the data are absent.
    package var description: String { SharedData.absence }
}

/// Reads a whole file of the test data.
///
/// - Throws: `SharedDataAbsent` when the file cannot be read.
package func fileBytes(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw SharedDataAbsent() }
    return [UInt8](data)
}
