private import Foundation

/// Runs a body with a new folder of its own, which is removed at the end whatever happens.
///
/// The path is short enough for ipc addresses below it.
package func withTemporaryFolder<Value>(_ body: (_ path: String) async throws -> Value) async throws -> Value
{
    let name = "carina-" + UUID().uuidString.prefix(13).lowercased()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// The environment of this process.
func ownEnvironment() -> [String: String] {
    ProcessInfo.processInfo.environment
}
