import ArgumentParser
import Foundation
import LineProtocol
import Logging
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import CarinaCore

/// A gateway that answers by what is in a file: `busy` at first, `big` never, `bad` with a refusal.
private final class ScriptedGateway: Sendable {
    let asked = Mutex<[String: Int]>([:])

    func store(_ text: String) -> Reply {
        let count = self.asked.withLock { asked in
            asked[text, default: 0] += 1
            return asked[text, default: 0]
        }
        switch text {
        case "busy" where count == 1: return .failure(code: .busy, text: "wait")
        case "big": return .failure(code: .tooBig, text: "too many bytes")
        case "bad":
            return .fields([
                "outcome": .text("refused"), "slice": .none, "reason": .text("noLung"),
                "detail": .text("none"),
            ])
        case "again": return .fields(["outcome": .text("duplicate"), "slice": .text("s-again")])
        default: return .fields(["outcome": .text("stored"), "slice": .text("s-\(text)")])
        }
    }
}

private struct ScriptedSession: CommandSession {
    let gateway: ScriptedGateway

    mutating func answer(_ words: [ByteBuffer]) async -> (reply: Reply, isLast: Bool) {
        var words = Words(words)
        guard (try? words.keyword("command")) == "STORE", !words.isEmpty else {
            return (.failure(code: .general, text: "unknown"), false)
        }
        var replies: [Reply] = []
        while let text = try? words.text("text") {
            // `drop` closes the connection instead of an answer that helps, the first time.
            if text == "drop", self.gateway.asked.withLock({ $0[text] == nil }) {
                _ = self.gateway.store(text)
                return (.failure(code: .busy, text: "closing"), true)
            }
            replies.append(self.gateway.store(text))
        }
        // Several objects are stored together or not at all.
        let failure = replies.first { if case .failure = $0 { true } else { false } }
        return (failure ?? (replies.count == 1 ? replies[0] : .list(replies)), false)
    }
}

@Suite("Sending files", .timeLimit(.minutes(1)))
struct UploadTests {
    @Test("every file is answered for once: busy and broken connections are tried again, refusals are listed")
    func uploads() async throws {
        let gateway = ScriptedGateway()
        var options = LineServer.Options(
            host: "127.0.0.1",
            port: 0,
            limits: LineLimits(bulkByteCount: 1 << 16)
        )
        options.idleTimeout = .seconds(30)
        let server = try await LineServer.bound(
            to: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { try await server.run { ScriptedSession(gateway: gateway) } }
        try await withTemporaryFolder { folder in
            let names = ["again", "bad", "big", "busy", "drop", "one", "two"]
            for name in names { try Data(name.utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
            try Data(count: 1 << 17).write(to: URL(filePath: "\(folder)/huge"))
            let files = try Uploads.files(below: [folder])
            let report = try await Uploads(
                options: try GatewayOptions.parse(["--gateway", "127.0.0.1:\(server.port)", "--json"]),
                connections: 3
            ).send(files + ["\(folder)/missing"])
            #expect(report.stored == 4 && report.duplicates == 1)
            let reasons = report.refused.map {
                "\(URL(filePath: $0.file).lastPathComponent) \($0.reason)"
            }
            #expect(reasons == ["bad noLung", "big tooLarge", "huge tooLarge", "missing unreadable"])
            let slices = report.slices.map { "\(URL(filePath: $0.key).lastPathComponent) \($0.value)" }
            #expect(
                slices.sorted()
                    == ["again s-again", "busy s-busy", "drop s-drop", "one s-one", "two s-two"]
            )
            #expect(gateway.asked.withLock { $0["busy"] == 2 && $0["drop"] == 2 })
            let lines = report.text.split(separator: "\n")
            #expect(lines[0] == "4 stored, 1 known already, 4 refused")
            #expect(lines.contains("  tooLarge: 2   e.g. too many bytes"))
        }
        running.cancel()
        _ = await running.result
    }

    @Test("small files go together, a large one alone, and one that cannot be read takes no room")
    func batches() async throws {
        try await withTemporaryFolder { folder in
            let sizes = [10, 20, 0, 4 << 20, 3 << 20, 1 << 20, 8 << 20, 5] + Array(repeating: 1, count: 9)
            var files = try sizes.enumerated().map { number, size in
                let file = "\(folder)/\(number)"
                try Data(count: size).write(to: URL(filePath: file))
                return file
            }
            files.insert("\(folder)/missing", at: 1)
            var left = files[...]
            var batches: [UploadBatch] = []
            while let batch = await UploadBatch(&left) { batches.append(batch) }
            #expect(batches.flatMap(\.files) == files)
            #expect(batches.map(\.files.count) == [5, 2, 1, 8, 2])
            #expect(batches[0].objects.map { $0?.count } == [10, nil, 20, 0, 4 << 20])
            #expect(batches.map { $0.objects.count } == batches.map(\.files.count))
        }
    }

    @Test("nobody at the address is said in words")
    func nobody() async throws {
        // Port 1 of loopback: nothing of ours listens there, and nobody may.
        let options = try GatewayOptions.parse(["--gateway", "127.0.0.1:1"])
        await #expect {
            _ = try await options.connect()
        } throws: {
            "\($0)" == "no gateway answers at 127.0.0.1:1; is it running? (carina up)"
        }
    }
}
