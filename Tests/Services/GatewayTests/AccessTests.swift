import LineProtocol
import ServiceKit
import Storage
import Synchronization
import Testing
import Wire

@testable import GatewayCore

@Suite("Who may do what", .timeLimit(.minutes(2)))
struct AccessTests {
    static func hex(_ token: String) -> String { Fingerprint(bytes: sha256(Array(token.utf8))).description }

    static let tokens = """
        # people
        ward reader \(hex("r-token"))
        scanner writer \(hex("w-token"))

        head admin \(hex("a-token"))
        """

    @Test("G-08: the table's roles are the protocol's", arguments: CommandTable.all)
    func table(command: CommandDescription) {
        let open = ["PING", "HELLO", "AUTH", "HELP", "QUIT", "COMMAND", "CLIENT", "CONFIG"]
        let writing = ["STORE", "LABEL", "TRAIN", "CANCEL"]
        let admin = ["DELETE", "IMPORT", "PROMOTE", "ROLLBACK", "RETRY"]
        let expected: Role? =
            open.contains(command.name)
            ? nil : admin.contains(command.name) ? .admin : writing.contains(command.name) ? .writer : .reader
        #expect(command.role == expected)
        #expect(expected == nil || expected == .reader || command.isAudited)
    }

    @Test("G-08: without AUTH nothing but the open commands is answered; a role bounds what a token may do")
    func roles() async throws {
        try await GatewayBench.run(settings: ["tokens": Self.tokens]) { bench in
            for command in CommandTable.all where command.role != nil {
                let denied = try await bench.ask(command.name)
                #expect(denied.code == .notAuthenticated, "\(command.name)")
            }
            let ping = try await bench.ask("PING")
            let help = try await bench.ask("HELP")
            let hello = try await bench.ask("HELLO", "2")
            #expect(ping == .status("PONG") && help.elements.count > 20 && hello.code == .notAuthenticated)
            for (token, role) in [("r-token", Role.reader), ("w-token", .writer), ("a-token", .admin)] {
                for command in CommandTable.all {
                    guard let needed = command.role else { continue }
                    let reply = try await bench.ask(command.name, token: token)
                    #expect((reply.code == .notPermitted) == (needed > role), "\(command.name) as \(role)")
                }
            }
            #expect(bench.archive.state.withLock { $0.storedObjects.isEmpty && $0.removals.isEmpty })
        }
    }

    @Test("G-08: AUTH and HELLO take a token; a wrong one leaves the connection as it was")
    func authentication() async throws {
        try await GatewayBench.run(settings: ["tokens": Self.tokens]) { bench in
            try await bench.connected { client in
                await #expect(throws: CommandFailure(.notAuthenticated, "this token is not known")) {
                    try await client.send("AUTH", Self.hex("r-token"))
                }
                await #expect(throws: CommandFailure.self) { try await client.send("STATUS") }
                let hello = try await client.send("HELLO", "2", "AUTH", "anybody", "w-token")
                #expect(hello["role"]?.text == "writer" && hello["server"]?.text == "carina")
                #expect(hello["proto"]?.number == 2)
                let stored = try await client.send([Array("STORE".utf8), [3]])
                #expect(stored["outcome"]?.text == "stored")
                await #expect(throws: CommandFailure.self) { try await client.send("AUTH", "wrong") }
                let still = try await client.send([Array("STORE".utf8), [4]])
                #expect(still["outcome"]?.text == "stored")
                let named = try await client.send("AUTH", "default", "r-token")
                #expect(named == .status("OK"))
                await #expect(throws: CommandFailure.self) {
                    try await client.send([Array("STORE".utf8), [4]])
                }
            }
        }
    }

    @Test("G-08: tokens are kept and compared as SHA-256; a list that cannot be read says only its line")
    func tokenList() throws {
        let access = try AccessControl(tokenLines: Self.tokens)
        #expect(access.client(token: Array("w-token".utf8)) == Client(name: "scanner", role: .writer))
        #expect(access.client(token: Array(Self.hex("w-token").utf8)) == nil)
        let nobody = try AccessControl(tokenLines: "\n# nobody\n")
        #expect(!access.isOpen && nobody.isOpen)
        #expect(throws: AccessError(lineNumber: 2)) {
            try AccessControl(tokenLines: "# a\nward reader secret-in-clear")
        }
        #expect(throws: AccessError(lineNumber: 1)) {
            try AccessControl(tokenLines: "ward owner \(Self.hex("x"))")
        }
        #expect(!"\(AccessError(lineNumber: 2))".contains("secret"))
    }

    @Test(
        "G-09: without tokens the gateway listens on loopback only",
        arguments: ["0.0.0.0", "::", "192.0.2.7", "127.example.org", "127.0.0.1.example.org"]
    )
    func exposure(host: String) async throws {
        await #expect {
            try await GatewayBench.run(settings: ["host": host]) { _ in }
        } throws: { error in
            (error as? ConfigurationError)?.problems.first?.hasPrefix("host: \(host) is no loopback") == true
        }
    }

    @Test("G-09: told otherwise, or with tokens, it listens anywhere; without tokens everybody is admin")
    func exposureAllowed() async throws {
        try await GatewayBench.run(settings: ["host": "0.0.0.0", "open-to-all": "true"]) { bench in
            let hello = try await bench.ask("HELLO")
            #expect(hello["role"]?.text == "admin")
        }
        try await GatewayBench.run(settings: ["host": "0.0.0.0", "tokens": Self.tokens]) { bench in
            let reply = try await bench.ask("STATUS")
            #expect(reply.code == .notAuthenticated)
        }
        await #expect(throws: ConfigurationError.self) {
            try await GatewayBench.run(settings: ["tokens": "ward reader clear"]) { _ in }
        }
    }

    @Test("G-10: searches, stores, changes, deletions and denials are in the trail when they are answered")
    func audit() async throws {
        try await GatewayBench.run(settings: ["tokens": Self.tokens]) { bench in
            await bench.awaitSearches()
            let slice = Sample(number: 5).sliceID.description
            let series = Sample(number: 0).seriesID.description
            _ = try await bench.ask("SEARCH", "SLICE", slice, token: "r-token")
            _ = try await bench.ask([Array("SEARCH".utf8), Array("IMAGE".utf8), [5]], token: "r-token")
            _ = try await bench.ask([Array("STORE".utf8), [6]], token: "w-token")
            _ = try await bench.ask("STORE", "Mustermann", token: "w-token")
            _ = try await bench.ask(
                [Array("STORE".utf8), [7], Array("Mustermann".utf8), [8]],
                token: "w-token"
            )
            _ = try await bench.ask("IMPORT", "/archive/Mustermann", token: "w-token")
            _ = try await bench.ask("DELETE", "SERIES", series, token: "w-token")
            _ = try await bench.ask("DELETE", "SERIES", series, token: "a-token")
            _ = try await bench.ask("PROMOTE", fingerprint(8).description, token: "a-token")
            _ = try await bench.ask("SEARCH", "SLICE", "Mustermann^Max", token: "r-token")
            _ = try await bench.ask("SLICE", slice)
            _ = try await bench.ask("AUTH", "guess")
            let rows = try await bench.auditRows()
            let expected = [
                ["ward", "SEARCH", "SLICE \(slice)", "ok"],
                ["ward", "SEARCH", "IMAGE \(slice)", "ok"],
                ["scanner", "STORE", Sample(number: 6).sliceID.description, "stored"],
                ["scanner", "STORE", "", "refused"],
                ["scanner", "STORE", Sample(number: 7).sliceID.description, "stored"],
                ["scanner", "STORE", "", "refused"],
                ["scanner", "STORE", Sample(number: 8).sliceID.description, "stored"],
                ["scanner", "IMPORT", "", "NOPERM"],
                ["scanner", "DELETE", "SERIES \(series)", "NOPERM"],
                ["head", "DELETE", "SERIES \(series)", "ok"],
                ["head", "PROMOTE", fingerprint(8).description, "NOTFOUND"],
                ["ward", "SEARCH", "SLICE", "BADARG"],
                ["-", "SLICE", slice, "NOAUTH"],
                ["-", "AUTH", "", "NOAUTH"],
            ]
            #expect(rows == expected)
            #expect(!rows.joined().contains { $0.contains("Mustermann") })
        }
    }

    @Test("G-10: what cannot be written to the trail is not answered")
    func noTrailNoAnswer() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let slice = Sample(number: 5).sliceID.description
            try await bench.gateway.database.write { try $0.execute("ALTER TABLE audit RENAME TO lost") }
            let lost = try await bench.ask("SEARCH", "SLICE", slice)
            #expect(lost == .failure(code: .general, text: "internal failure"))
            try await bench.gateway.database.write { try $0.execute("ALTER TABLE lost RENAME TO audit") }
            let found = try await bench.ask("SEARCH", "SLICE", slice)
            #expect(!found.hitIDs.isEmpty)
        }
    }
}
