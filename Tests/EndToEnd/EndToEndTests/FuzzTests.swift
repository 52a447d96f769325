import Foundation
import LineProtocol
import Phantom
import TestKit
import Testing

@testable import CarinaCore

/// Files that are damaged at random: the service lives, nothing hangs, each is accounted for.
@Suite("Damaged files", .serialized)
struct FuzzTests {
    /// More with CARINA_FUZZ_COUNT.
    static let count = ProcessInfo.processInfo.environment["CARINA_FUZZ_COUNT"].flatMap(Int.init) ?? 200

    @Test("seeded mutations of DICOM files never take the service down", .timeLimit(.minutes(15)))
    func mutations() async throws {
        try await TestDeployment.run { deployment in
            let folder = deployment.local.folder
            var originals = try Phantoms.write(patients: 1..<3, slices: 3, size: 128, to: folder).joined()
                .map(fileBytes)
            var conformance: [String] = []
            if SharedData.isPresent {
                conformance = try SharedData.files(in: "conformance/assorted")
                let real = try Uploads.files(below: [
                    try SharedData.path("conformance/transfer-syntaxes"),
                    try SharedData.path("ct/LungFCP-01-0001"),
                ])
                originals = try real.map(fileBytes)
            }
            let seed: UInt64 = 20_261_123
            var random = SplitMix64(seed: seed)
            try FileManager.default.createDirectory(
                atPath: "\(folder)/fuzz",
                withIntermediateDirectories: true
            )
            for number in 0..<Self.count {
                let bytes = Self.mutated(
                    originals[Int(random.next() % UInt64(originals.count))],
                    with: &random
                )
                try Data(bytes).write(to: URL(filePath: "\(folder)/fuzz/\(number)"))
            }
            let record = try #require(try deployment.local.record())
            let report = try await deployment.ingest(["\(folder)/fuzz"] + conformance)
            let sent = Self.count + conformance.count
            #expect(report.stored + report.duplicates + report.refused.count == sent, "seed \(seed)")
            #expect(report.refused.allSatisfy { !$0.reason.isEmpty })
            #expect(try deployment.local.record()?.processes == record.processes)
            #expect(deployment.local.running(record).count == 6, "a service has died")
            let client = try await deployment.connect()
            #expect(try await client.send("PING") == .status("PONG"))
            await client.close()
            print("\(sent) files: \(report.text)")
        }
    }

    /// A few bytes changed, a piece cut out, doubled or zeroed, or the end cut off.
    static func mutated(_ original: [UInt8], with random: inout SplitMix64) -> [UInt8] {
        var bytes = original
        for _ in 0..<(1 + random.next() % 4) where bytes.count > 16 {
            // The header is where structure is: half of the changes fall there.
            let range = random.next() % 2 == 0 ? min(bytes.count, 2048) : bytes.count
            let place = Int(random.next() % UInt64(range))
            let length = min(bytes.count - place, 1 + Int(random.next() % 64))
            switch random.next() % 6 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 2: bytes.removeSubrange(place..<place + length)
            case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 4: for index in place..<place + length { bytes[index] = 0xFF }
            default: bytes.removeLast(bytes.count - place)
            }
        }
        return bytes
    }
}
