import Foundation
import Storage
import Wire

/// What a data set in the making has already, as files of the job that makes it: after a crash the job goes on from there.
struct BuildingFolder: Sendable {
    private let path: String

    /// Opens the folder of a job, empty at first. What other jobs left is removed: one job of this kind runs at a time, in
    /// the order of their starts, so theirs have ended.
    ///
    /// - Throws: `StorageError`, or what the file system says.
    init(in parent: String, job: Identifier) throws {
        self.path = "\(parent)/\(job)"
        try DurableFile.createFolder(self.path)
        for name in try FileManager.default.contentsOfDirectory(atPath: parent) where name != job.description
        {
            try FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }

    /// The bytes that were kept under a name; nil for none.
    func part(_ name: String) throws -> [UInt8]? { try DurableFile.read("\(self.path)/\(name)") }

    /// Keeps bytes under a name; they are on disk when this returns.
    func keep(_ bytes: [UInt8], as name: String) throws {
        try DurableFile.write(bytes, to: "\(self.path)/\(name)")
    }

    /// Forgets everything that was kept.
    func clear() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: self.path) {
            try DurableFile.remove("\(self.path)/\(name)")
        }
    }

    /// Removes the folder: the job needs it no more.
    func remove() throws { try FileManager.default.removeItem(atPath: self.path) }
}
