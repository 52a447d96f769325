import Contracts
import Foundation
import LineProtocol
import ServiceKit
import Storage
import Synchronization
import TestKit
import Testing
import Wire

@testable import GatewayCore

@Suite("Commands but SEARCH", .timeLimit(.minutes(2)))
struct CommandTests {
    @Test("STATUS tells of every service; a dead one does not keep the others from answering")
    func status() async throws {
        try await GatewayBench.run(absent: ["labeler"]) { bench in
            let rows = try await bench.ask("STATUS").elements
            #expect(
                rows.map { $0["service"]?.text } == ["ingest", "labeler", "trainer", "embedder", "index"]
            )
            #expect(rows.map { $0["ready"]?.number } == [1, 0, 1, 1, 1])
            #expect(rows[1]["reason"]?.text == "does not answer")
            #expect(rows[0]["version"]?.text?.isEmpty == false)
        }
    }

    @Test("STORE takes several objects, and answers for each in their order; IMPORT answers a job")
    func storing() async throws {
        try await GatewayBench.run { bench in
            let store = Array("STORE".utf8)
            let one = try await bench.ask([store, [3]])
            #expect(
                one["outcome"]?.text == "stored"
                    && one["slice"]?.text == Sample(number: 3).sliceID.description
            )
            let several = try await bench.ask([store, [4], Array("no slice".utf8), [5]]).elements
            #expect(several.map { $0["outcome"]?.text } == ["stored", "refused", "stored"])
            #expect(several.map { $0["reason"]?.text } == ["", "noLung", ""])
            #expect(several[2]["series"]?.text == Sample(number: 5).seriesID.description)
            let objects = bench.archive.state.withLock(\.storedObjects)
            #expect(objects == [[3], [4], Array("no slice".utf8), [5]])

            #expect(try await bench.ask([store]).code == .badArgument)
            let tooMany = try await bench.ask([store] + Array(repeating: [1], count: 65))
            #expect(tooMany.code == .badArgument)
            let large = [UInt8](repeating: 0, count: 6 << 20)
            #expect(try await bench.ask([store, large, large, large]).code == .tooBig)
            #expect(bench.archive.state.withLock(\.storedObjects).count == 4)

            #expect(try await bench.ask("IMPORT", "/archive").text == Sample.identifier(7, 7).description)
            #expect(try await bench.ask("IMPORT", "/etc").code == .notPermitted)
            #expect(try await bench.ask("IMPORT").code == .badArgument)
        }
    }

    @Test("SLICE, PREVIEW, DELETE and QUARANTINE")
    func slices() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let one = Sample(number: 1)
            let slice = try await bench.ask("SLICE", one.sliceID.description)
            #expect(slice["patient"]?.text == one.patientID.description)
            #expect(slice["rows"]?.number == 512 && slice["columns"]?.number == 500)
            #expect(slice["kernel"]?.text == "B30f" && slice["date"]?.number == 20_200_102)
            #expect(slice["offset"]?.text == "1.5" && slice["lung-area"]?.text == "80.25")
            #expect(slice["thickness"] == Reply.none)
            let missing = try await bench.ask("SLICE", Sample(number: 99).sliceID.description)
            #expect(missing.code == .notFound)

            let jpeg = try await bench.ask("PREVIEW", one.sliceID.description, "SIDE", "64", "OUTLINE")
            #expect(jpeg == .bytes([0xFF, 0xD8, 0x0D, 0x0A, 0xFF, 0xD9]))
            let asked = bench.archive.state.withLock(\.previews)
            #expect(asked == [Preview(sliceID: one.sliceID, side: 64, drawOutline: true)])
            let tooLarge = try await bench.ask("PREVIEW", one.sliceID.description, "SIDE", "4096")
            #expect(tooLarge.code == .badArgument)

            let removed = try await bench.ask("DELETE", "series", Sample(number: 0).seriesID.description)
            #expect(removed == .integer(2))
            let nothing = try await bench.ask("DELETE", "PATIENT", one.patientID.description)
            #expect(nothing.code == .notFound)
            let scopes = bench.archive.state.withLock { $0.removals.map(\.scope) }
            #expect(scopes == [.series, .patient])

            let quarantine = try await bench.ask("QUARANTINE", "FROM", "4")
            #expect(quarantine["counts"]?["localizer"]?.number == 3)
            #expect(quarantine["entries"]?.elements.first?["number"]?.number == 5)
        }
    }

    @Test("LABEL answers a job that JOB follows to its result; operator's commands pass on refusals")
    func jobs() async throws {
        try await GatewayBench.run { bench in
            let job = try #require(try await bench.ask("LABEL", "SEED", "3", "MEMBERS", "9").text)
            var last = Reply.none
            let isDone = try await eventually {
                last = try await bench.ask("JOB", "labeler", job)
                return last["state"]?.text == "done"
            }
            #expect(isDone && last["result"]?.text == Sample.identifier(7, 9).description)
            #expect(last["kind"]?.text == "build" && last["progress"]?.text == "1.0")
            let cases: [([String], FailureCode)] = [
                (["JOB", "labeler", Sample.identifier(9, 9).description], .notFound),
                (["JOB", "gateway", job], .badArgument), (["JOB", "labeler", job, "x"], .badArgument),
                (["LABEL", "MEMBERS", "1"], .badArgument), (["TRAIN", "EPOCHS", "4"], .badArgument),
                (["PROMOTE", "12"], .badArgument), (["PROMOTE", fingerprint(3).description], .notFound),
                (["ROLLBACK"], .badArgument), (["MODELS", "x"], .badArgument),
                (["MODEL", "12"], .badArgument),
                (["MODEL", fingerprint(3).description], .notFound),
            ]
            for (words, code) in cases {
                let reply = try await bench.ask(words.map { Array($0.utf8) })
                #expect(reply.code == code, "\(words)")
            }
            let promoted = try await bench.ask("PROMOTE", fingerprint(2).description)
            #expect(promoted.text == fingerprint(2).description)
            let file = try await bench.ask("MODEL")
            #expect(file == .bytes([0, 255, 13, 10, 7]))
            #expect(try await bench.ask("MODEL", fingerprint(2).description) == file)
            let retried = try await bench.ask("RETRY")
            #expect(retried == .integer(0))
        }
    }

    @Test("G-15: events are read in order, in pages, with the log's id")
    func events() async throws {
        try await GatewayBench.run { bench in
            for number in 1...3 { try await bench.embed(UInt8(number)) }
            let removed = EmbeddingRemoved(sliceID: Sample(number: 2).sliceID, fingerprint: fingerprint(1))
            try await bench.embedder.database.write { transaction in
                _ = try bench.embedder.events.append(removed, key: "", in: transaction)
            }
            let first = try await bench.ask("EVENTS", "READ", "FROM", "0", "COUNT", "3")
            #expect(first["head"]?.number == 4)
            #expect(first["events"]?.elements.map { $0["seq"]?.number } == [1, 2, 3])
            let created = try #require(first["events"]?.elements.first)
            #expect(created["kind"]?.text == "embedding.created")
            #expect(created["slice"]?.text == Sample(number: 1).sliceID.description)
            #expect(created["series"]?.text == Sample(number: 1).seriesID.description)
            #expect(created["generation"]?.text == fingerprint(1).description)
            let second = try await bench.ask("EVENTS", "READ", "FROM", "3")
            #expect(second["log"] == first["log"] && second["log"]?.text?.count == 32)
            #expect(second["events"]?.elements.map { $0["kind"]?.text } == ["embedding.removed"])
            let end = try await bench.ask("EVENTS", "READ", "FROM", "4")
            #expect(end["events"]?.elements.isEmpty == true)
            for words in [["READ", "COUNT", "0"], ["READ", "BLOCK", "60001"], ["WRITE"], []] {
                let reply = try await bench.ask((["EVENTS"] + words).map { Array($0.utf8) })
                #expect(reply.code == .badArgument)
            }
        }
    }

    @Test("G-15: BLOCK waits for news and answers as soon as there are some")
    func blocking() async throws {
        try await GatewayBench.run { bench in
            try await bench.embed(1)
            let start = ContinuousClock.now
            let empty = try await bench.ask("EVENTS", "READ", "FROM", "1", "BLOCK", "300")
            let waited = start.duration(to: .now)
            #expect(empty["events"]?.elements.isEmpty == true)
            #expect(waited >= .milliseconds(299) && waited < .seconds(10))
            async let news = bench.ask("EVENTS", "READ", "FROM", "1", "BLOCK", "60000")
            // The reader is on its way or waits already: both must see what comes.
            try await bench.embed(2)
            let reply = try await news
            #expect(reply["events"]?.elements.map { $0["seq"]?.number } == [2])
            #expect(start.duration(to: .now) < .seconds(30))
        }
    }

    @Test("a gateway whose health port is taken says so and lets go of its own port")
    func failedStart() async throws {
        try await GatewayBench.run { bench in
            let taken = try #require(bench.gateway.endpoints.health.split(separator: ":").last)
            await #expect(throws: (any Error).self) {
                try await GatewayBench.run(settings: ["health-port": String(taken)]) { _ in }
            }
            let alive = try await bench.ask("PING")
            #expect(alive == .status("PONG"))
        }
    }

    @Test("what redis-cli asks by itself is answered", .enabled(if: hasRedisTools, "redis-tools are absent"))
    func redisTools() async throws {
        try await GatewayBench.run { bench in
            await bench.awaitSearches()
            let slice = Sample(number: 3).sliceID.description
            let script = """
                printf 'COMMAND DOCS\\nPING hi\\nSLICE %s\\nFLUSHALL\\n' "$2" | redis-cli -p "$1"
                redis-cli -3 -p "$1" PING three
                printf 'SEARCH SLICE %s K 1\\r\\n' "$2" | nc -N 127.0.0.1 "$1"
                printf '\\003' | redis-cli -p "$1" -x SEARCH IMAGE
                """
            try await withChildProcess("sh", ["-c", script, "sh", "\(bench.port)", slice]) { child in
                #expect(await child.end(within: .seconds(20)) == .exited(code: 0), "\(child.output)")
                let output = child.output
                #expect(output.contains("hi\n") && output.contains("B30f"))
                #expect(output.contains("ERR unknown command 'FLUSHALL'"))
                #expect(output.contains("NOPROTO"))
                #expect(output.contains("$10\r\ngeneration\r\n$64\r\n\(fingerprint(1))\r\n"))
                #expect(output.components(separatedBy: "generation").count == 3)
            }
            let hello = try await bench.ask("HELLO", "3")
            #expect(hello.code == FailureCode(rawValue: "NOPROTO"))
        }
    }
}

private let hasRedisTools = FileManager.default.isExecutableFile(atPath: "/usr/bin/redis-cli")

extension GatewayBench {
    /// The embedder tells of one more embedding.
    func embed(_ number: UInt8) async throws {
        let created = EmbeddingCreated(
            embedding: self.archive.embedding(Sample(number: number), fingerprint(1))
        )
        try await self.embedder.database.write { transaction in
            _ = try self.embedder.events.append(created, key: "", in: transaction)
        }
    }
}
