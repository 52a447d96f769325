import Foundation
import Glibc
import Phantom
import Processes
import TestKit
import Testing

@testable import CarinaCore

/// `carina evaluate` as a program of its own.
@Suite("carina evaluate, the program", .timeLimit(.minutes(2)))
struct EvaluateProgramTests {
    private static func carina() throws -> String {
        let runner = try #require(SpawnedProcess(identifier: getpid()).program)
        return URL(filePath: runner).deletingLastPathComponent().appending(path: "carina").path
    }

    private static func write(to folder: String) throws {
        for number in 0..<2 {
            try PhantomSeries(.drawn(seed: UInt64(601 + number), sliceCount: 10, size: 256))
                .write(to: "\(folder)/\(number)")
        }
    }

    @Test(
        "a signal that asks to stop ends it: nothing was written",
        arguments: [SIGTERM, SIGINT]
    )
    func stop(signal: Int32) async throws {
        try await withTemporaryFolder { folder in
            try Self.write(to: "\(folder)/ct")
            let arguments = ["evaluate", "\(folder)/ct", "--page", "\(folder)/page.html"]
            try await withChildProcess(try Self.carina(), arguments) { child in
                #expect(await eventually(within: .seconds(60)) { child.output.contains("reading") })
                child.send(signal: signal)
                #expect(await child.end(within: .seconds(10)) == .exited(code: 128 + signal))
                #expect(child.output.contains("nothing was written"))
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/page.html"))
        }
    }

    @Test(
        "the exit code says what the verdict says; the page is written either way; output to a file has no colors"
    )
    func exitCode() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(to: "\(folder)/ct")
            let arguments = [
                "evaluate", "\(folder)/ct", "--page", "\(folder)/page.html", "--agreement", "none",
                "--phantoms", "0",
            ]
            try await withChildProcess(try Self.carina(), arguments) { child in
                let ending = await child.end(within: .seconds(90))
                let isLost = child.output.contains("DOES NOT BEAT")
                #expect(ending == .exited(code: isLost ? 3 : 0), "\(child.output)")
                #expect(child.output.contains("level mAP") && !child.output.contains("\u{1B}"))
            }
            #expect(FileManager.default.fileExists(atPath: "\(folder)/page.html"))
            try await withChildProcess(try Self.carina(), ["evaluate", "\(folder)/none"]) { child in
                #expect(await child.end(within: .seconds(20)) == .exited(code: 1))
                #expect(child.output.contains("there is no file or folder"))
            }
        }
    }
}
