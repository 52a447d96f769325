import Foundation

/// Files of this machine.
enum LocalFile {
    /// A path from the root without `.` and `..`; a link stays one.
    static func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

    /// A file's bytes; nil when it cannot be read.
    static func bytes(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }
}
