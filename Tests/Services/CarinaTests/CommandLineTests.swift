import ArgumentParser
import Contracts
import Foundation
import ImageCodecs
import LineProtocol
import TestKit
import Testing

@testable import CarinaCore
@testable import GatewayCore

@Suite("The command line")
struct CommandLineTests {
    static let commands: [any ParsableCommand.Type] = CarinaCommand.configuration.subcommands

    @Test("a status shows identifiers by their first digits and shares of time as a whole")
    func status() {
        let shares = "look up 12 %, decode 17 %, lungs 12 %, write 23 %, commit 36 %"
        #expect(StatusCommand.shown(shares) == shares[...])
        #expect(StatusCommand.shown(String(repeating: "ab", count: 32)).count == 24)
        #expect(StatusCommand.shown(String(repeating: "a b ", count: 99)).count == 80)
    }

    @Test("each command tells what it does in a sentence, and its help fits a terminal")
    func help() {
        #expect(Self.commands.count == 16)
        for command in Self.commands {
            #expect(command.configuration.abstract.hasSuffix("."), "\(command)")
            let help = CarinaCommand.helpMessage(for: command, columns: 100)
            #expect(help.contains("USAGE: carina \(command.configuration.commandName ?? "?")"))
            // The line of usage is one line, whatever its length.
            let lines = help.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(help)")
        }
    }

    @Test("options become the line protocol's words")
    func searchWords() throws {
        #expect(try SearchOptions.parse([]).words == ["K", "10", "GROUP", "patient"])
        let options = [
            "-k", "3", "--weights", "detail=1", "--group", "none", "--same-series", "--same-patient",
            "--filter",
            "kernel=B 30", "--filter", "thickness<=2", "--scan",
        ]
        #expect(
            try SearchOptions.parse(options).words == [
                "K", "3", "GROUP", "none", "WEIGHTS", "detail=1", "SAMEPATIENT", "SAMESERIES", "FILTER",
                "kernel=B 30", "FILTER", "thickness<=2", "SCAN",
            ]
        )
    }

    @Test("the tool's words are ones that the gateway reads")
    func searchWordsAreRead() throws {
        let options = ["-k", "3", "--weights", "detail=1", "--filter", "date>=20200101", "--scan"]
        var words = Words(
            ["SLICE", String(repeating: "0a", count: 16)] + (try SearchOptions.parse(options).words)
        )
        let command = try GatewayCore.SearchCommand(words: &words)
        #expect(command.count == 3 && command.isScan && command.weights == ["detail": 1])
        #expect(command.filters.map(\.comparison) == [.atLeast])
    }

    @Test("what is wrong on the command line is wrong usage")
    func wrongUsage() {
        let wrong = [
            ["up", "--port", "70000"], ["ingest", "x", "--connections", "0"], ["token", "ward", "owner"],
            ["token", "a b", "reader"], ["phantom", "x", "--slices", "2"], ["search"], ["compare", "x"],
            ["fly"],
            ["index", "verify"], ["label", "build", "--members", "1"],
            ["label", "build", "--test-share", "1"],
            ["label", "build", "--source", "guess"], ["label", "pairs", "x", "--grade", "4"],
            ["label", "pairs", "x", "--draw", "1", "--after", "1"], ["label", "explain", "x"],
            ["label", "stop"],
        ]
        for arguments in wrong {
            #expect {
                _ = try CarinaCommand.parseAsRoot(arguments)
            } throws: {
                CarinaCommand.exitCode(for: $0) == .validationFailure
            }
        }
        #expect(CarinaCommand.exitCode(for: CommandLineFailure("x")) == .failure)
    }

    @Test("where the gateway is")
    func gatewayAddress() throws {
        func address(_ text: String) throws -> String {
            let found = try GatewayOptions.parse(["--gateway", text]).address()
            return "\(found.host) \(found.port)"
        }
        #expect(try address("example.org:7450") == "example.org 7450")
        #expect(try address("[::1]:80") == "::1 80")
        for text in ["example.org", "a:0", "a:65536", "a:b"] {
            #expect(throws: ValidationError.self) { try address(text) }
        }
    }

    @Test("a search's query is a file or an id; a folder and a missing file are said to be so")
    func query() async throws {
        try await withTemporaryFolder { folder in
            try Data([1, 2]).write(to: URL(filePath: "\(folder)/a.dcm"))
            let file = try CarinaCore.SearchCommand.subject("\(folder)/a.dcm")
            #expect(file.words == [Array("IMAGE".utf8), [1, 2]] && file.file == [1, 2])
            let id = String(repeating: "0a", count: 16)
            let stored = try CarinaCore.SearchCommand.subject(id)
            #expect(stored.words == [Array("SLICE".utf8), Array(id.utf8)] && stored.file == nil)
            #expect {
                try CarinaCore.SearchCommand.subject(folder)
            } throws: {
                "\($0)".contains("is a folder")
            }
            #expect {
                try CarinaCore.SearchCommand.subject("\(folder)/b.dcm")
            } throws: {
                "\($0)".contains("there is no file")
            }
        }
    }

    @Test("a token's line opens the gateway for that token, and two tokens are never the same")
    func token() throws {
        let command = try TokenCommand.parse(["ward-7", "writer"])
        let (token, line) = command.made()
        let access = try AccessControl(tokenLines: line)
        #expect(access.client(token: Array(token.utf8)) == Client(name: "ward-7", role: .writer))
        #expect(token.count == 48 && !line.contains(token) && command.made().token != token)
    }

    @Test("files below folders, in the order of their paths, without hidden ones")
    func files() async throws {
        try await withTemporaryFolder { folder in
            for name in ["b/2.dcm", "b/1.dcm", "a.jpg", ".hidden", "b/.hidden/x", "c/d/e"] {
                let file = URL(filePath: "\(folder)/\(name)")
                let parent = file.deletingLastPathComponent()
                try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
                try Data([1]).write(to: file)
            }
            let found = try Uploads.files(below: ["\(folder)/c", folder + "/b", folder + "/a.jpg"])
            let names = found.map { URL(filePath: $0).lastPathComponent }
            #expect(names == ["a.jpg", "1.dcm", "2.dcm", "e"])
            #expect(throws: CommandLineFailure.self) { try Uploads.files(below: ["\(folder)/none"]) }
        }
    }

    @Test("phantoms are DICOM files that can be read, the same for the same seed")
    func phantoms() async throws {
        try await withTemporaryFolder { folder in
            let silent = ProgressBar(isSilent: true)
            for name in ["one", "two"] {
                try await PhantomWriting.write(
                    patients: 2,
                    slices: 3,
                    seed: 5,
                    to: "\(folder)/\(name)",
                    progress: silent
                )
            }
            let one = try Uploads.files(below: ["\(folder)/one"])
            let two = try Uploads.files(below: ["\(folder)/two"])
            #expect(one.count == 12 && two.count == 12)
            #expect(
                Set(one.map { URL(filePath: $0).deletingLastPathComponent().lastPathComponent })
                    == ["patient-5", "patient-6"]
            )
            for (left, right) in zip(one, two) {
                let bytes = Array(try Data(contentsOf: URL(filePath: left)))
                #expect(bytes == Array(try Data(contentsOf: URL(filePath: right))))
                let decoded = try decodeObject(bytes)
                #expect(decoded.rows == decoded.columns && decoded.rows >= 128)
            }
        }
    }
}
