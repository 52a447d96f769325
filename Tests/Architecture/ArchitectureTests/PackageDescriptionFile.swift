import Foundation

/// What `swift package dump-package` says, as far as these tests need it.
struct PackageDescriptionFile: Decodable {
    var targets: [Target]

    struct Target: Decodable {
        var name: String
        var path: String?
        var type: String
        var dependencies: [Dependency]
        var settings: [Setting]

        /// The floor a target stands on by its folder: 0 C modules … 5 mains; nil for tests and what stands beside.
        var floor: Int? {
            guard let path else { return nil }
            let floors = ["Sources/System", "Sources/Platform", "Sources/Domain", "Sources/Runtime"]
            if let floor = floors.firstIndex(where: { path.hasPrefix($0 + "/") }) { return floor }
            if path.hasPrefix("Services/") { return path.hasSuffix("/Core") ? 4 : 5 }
            return nil
        }
    }

    /// A dependency on another target of this package, or on a product of another package.
    struct Dependency: Decodable {
        var byName: [String?]?
        var target: [String?]?
        var name: String? { (self.byName ?? self.target)?.first ?? nil }
    }

    struct Setting: Decodable {
        var kind: [String: [String: String]]
    }

    static func load() throws -> PackageDescriptionFile {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A folder of its own: `swift test`, which runs us, holds the lock of the package's build folder.
        let scratch = FileManager.default.temporaryDirectory.appending(path: "carina-dump-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        process.arguments = ["swift", "package", "--scratch-path", scratch, "dump-package"]
        process.currentDirectoryURL = Repository.root
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(PackageDescriptionFile.self, from: data)
    }
}
