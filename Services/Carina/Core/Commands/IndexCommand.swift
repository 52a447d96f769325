import ArgumentParser
import Contracts
import Foundation
import Snapshots
import Storage
import Wire

/// `carina index`
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Looks at what index nodes keep on disk.",
        subcommands: [VerifyCommand.self]
    )
}

/// `carina index verify`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks every bit of a snapshot and tells what it holds.",
        discussion: """
            The file is <data>/index.snapshot of a node, or one that it refused (.refused).
            Exit code 1 with what is wrong, and where, when a node would refuse it.
            """
    )

    @Argument(help: "The snapshot.")
    var file: String

    func run() throws { Printing.line(try Self.report(on: self.file)) }

    /// What a good snapshot holds, in lines.
    ///
    /// - Throws: `CommandLineFailure` with the reason when it is not good.
    static func report(on file: String) throws -> String {
        let snapshot: LoadedSnapshot?
        do {
            snapshot = try LoadedSnapshot.read(file)
        } catch {
            throw CommandLineFailure("\(file) cannot be used: \(error)")
        }
        guard let snapshot else { throw CommandLineFailure("there is no file \(file)") }
        let node = snapshot.node
        let taken = Date(timeIntervalSince1970: Double(node.timeMilliseconds) / 1_000)
        var generations = TextTable(header: ["generation", "model", "vectors", "parts", "state"])
        for (number, generation) in snapshot.generations.enumerated() {
            let isReady = snapshot.ready.contains(generation.fingerprint)
            let serves = snapshot.ready.last == generation.fingerprint
            generations.add([
                "\(number)", generation.fingerprint.hex, "\(generation.count)",
                generation.parts.map { "\($0.name) \($0.count)" }.joined(separator: " + "),
                serves ? "serves" : isReady ? "ready" : "being built",
            ])
        }
        var sections = TextTable(header: ["section", "holds", "at byte", "bytes"])
        for entry in snapshot.file.entries {
            let section = entry.section
            sections.add([
                "\(section.kind)/\(section.ordinal)", section.contents, "\(entry.offset)",
                "\(entry.byteCount)",
            ])
        }
        return """
            snapshot of \(snapshot.file.byteCount) bytes, version \(snapshot.file.version)
            taken at \(taken.ISO8601Format()) by release \(node.release)
            log \(node.logID.hex) up to event \(node.seq)
            shard \(node.shard) of \(node.shardCount)

            \(generations.text)

            \(sections.text)

            every checksum right
            """
    }
}
