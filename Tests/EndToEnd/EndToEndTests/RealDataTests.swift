import Foundation
import LineProtocol
import TestKit
import Testing

@testable import CarinaCore

/// The pipeline on real chest CT, where it is at hand.
@Suite("Real CT", .serialized, .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RealDataTests {
    @Test(
        "every file is searchable or refused with a true reason; kernel L is found by kernel B",
        .timeLimit(.minutes(12))
    )
    func realCT() async throws {
        try await TestDeployment.run { deployment in
            let folder = try SharedData.path("ct")
            let report = try await deployment.ingest([folder])
            let files = try Uploads.files(below: [folder])
            #expect(report.stored == report.slices.count)
            #expect(report.stored + report.refused.count == files.count, "every file is accounted for")
            try Self.checkRefusals(report)

            _ = try await deployment.train()
            try await Self.checkKernels(deployment, report: report)
            try await Self.checkExactness(deployment, report: report)
        }
    }

    /// `areas.csv` says how many square centimeters of lung a reference segmentation finds on each file.
    private static func checkRefusals(_ report: UploadReport) throws {
        let table = String(decoding: try fileBytes(try SharedData.goldenPath("areas.csv")), as: UTF8.self)
        var areas: [String: Double] = [:]
        for line in table.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",")
            areas[String(cells[0])] = Double(cells[3])
        }
        for refusal in report.refused {
            #expect(refusal.reason == "noLung")
            let name = try #require(areas.keys.first { refusal.file.hasSuffix($0) })
            #expect(try #require(areas[name]) < 20, "\(refusal.reason) although there is lung")
        }
        for file in report.slices.keys {
            let name = try #require(areas.keys.first { file.hasSuffix($0) })
            // Our masks reach a little farther into the edge than the reference's, so areas are some percent larger.
            #expect(try #require(areas[name]) >= 18)
        }
    }

    /// The same position in another reconstruction kernel comes first, own series left out, own patient allowed.
    private static func checkKernels(_ deployment: TestDeployment, report: UploadReport) async throws {
        let kernelB = report.slices.filter { $0.key.contains("Lung_Dx-A0001/B/") }
        let kernelL = report.slices.filter { $0.key.contains("Lung_Dx-A0001/L/") }
        let client = try await deployment.connect()
        var offsets: [String: Double] = [:]
        for slice in Array(kernelB.values) + Array(kernelL.values) {
            offsets[slice] = try await client.send("SLICE", slice)["offset"]?.text.flatMap(Double.init)
        }
        await client.close()
        var found = 0
        for slice in kernelB.values {
            let hit = try await deployment.search("SLICE \(slice) K 1 GROUP none SAMEPATIENT").hits.first
            guard let hit, let own = offsets[slice], let other = offsets[hit.slice] else { continue }
            if abs(own - other) < 0.5 { found += 1 }
        }
        #expect(kernelB.count >= 20)
        #expect(Double(found) >= 0.8 * Double(kernelB.count), "\(found) of \(kernelB.count)")
        print("kernel B finds kernel L first: \(found) of \(kernelB.count)")
    }

    /// Ids and distances as a scan of all embeddings gives them, for many queries and options.
    private static func checkExactness(_ deployment: TestDeployment, report: UploadReport) async throws {
        let options = [
            "K 10", "K 50 GROUP none", "K 5 WEIGHTS detail", "K 7 WEIGHTS outline=1,density=3 GROUP series",
        ]
        for (index, slice) in report.slices.values.sorted().enumerated() where index % 6 == 0 {
            let option = options[index / 6 % options.count]
            let fast = try await deployment.search("SLICE \(slice) \(option)")
            let scan = try await deployment.search("SLICE \(slice) \(option) SCAN")
            #expect(fast.hits == scan.hits)
        }
    }
}
