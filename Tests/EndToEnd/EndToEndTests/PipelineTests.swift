import ArgumentParser
import Foundation
import Glibc
import LineProtocol
import Phantom
import Processes
import TestKit
import Testing
import WSSENet

@testable import CarinaCore

/// The whole pipeline on phantoms, with the clients that people use.
@Suite("The whole pipeline", .serialized)
struct PipelineTests {
    @Test(
        "files in, similar slices out: by id, by image, by redis-cli, by nc, and as a scan proves",
        .timeLimit(.minutes(5))
    )
    func pipeline() async throws {
        try await TestDeployment.run { deployment in
            let patients = try Phantoms.write(patients: 1..<5, slices: 12, to: deployment.local.folder)
            let report = try await deployment.ingest(["\(deployment.local.folder)/ct"])
            #expect(report.stored + report.refused.count == 48 && report.stored >= 40)
            #expect(report.refused.allSatisfy { $0.reason == "noLung" })
            let again = try await deployment.ingest(["\(deployment.local.folder)/ct"])
            #expect(again.stored == 0 && again.duplicates == report.stored && again.slices == report.slices)

            let file = patients[1][6]
            let slice = try #require(report.slices[file])
            let shipped = try await Self.checkShippedModel(deployment, slice: slice, count: report.stored)
            let model = try await deployment.train()
            #expect(model != shipped)
            let byID = try await deployment.search("SLICE \(slice) K 5")
            #expect(byID.hits.count == 3, "one slice of each of the three other patients")
            #expect(byID.generation == model)
            #expect(byID.hits.map(\.distance) == byID.hits.map(\.distance).sorted())

            // G-12: the same slice by its bytes, and by the clients that hospitals have.
            let bytes = try fileBytes(file)
            let byImage = try await deployment.search([
                Array("IMAGE".utf8), bytes, Array("K".utf8), Array("5".utf8),
            ])
            #expect(byImage == byID)
            try await Self.checkRedisTools(deployment, slice: slice, bytes: bytes, expected: byID)

            let scan = try await deployment.search("SLICE \(slice) K 5 SCAN")
            #expect(scan.hits == byID.hits)
            try await Self.checkOptions(deployment, slice: slice, count: report.stored)
            try await Self.checkExport(deployment, model: model)
            try await Self.checkModels(deployment, model: model)
            try await Self.checkLabels(deployment, slice: slice, other: byID.hits[0].slice)
            try Self.checkThreads(deployment)
            try await Self.checkDeletion(deployment, slice: slice, nearest: byID.hits[0].slice)
            try await Self.checkSnapshot(deployment, slice: slice)
        }
    }

    /// Before any training the model that came with the program answers.
    private static func checkShippedModel(
        _ deployment: TestDeployment,
        slice: String,
        count: Int
    ) async throws -> String {
        let client = try await deployment.connect()
        let flow = TrainingFlow(client: client, progress: ProgressBar(isSilent: true))
        let model = try await flow.waitUntilSearchable(count)
        let found = try await deployment.search("SLICE \(slice) K 5")
        #expect(found.hits.count == 3 && found.generation == model)
        let rows = try await ModelRow.all(client)
        #expect(rows.map(\.model) == [model] && rows.map(\.dataSet) == [nil])
        await client.close()
        return model
    }

    /// `carina model`: what is known of each, and a recipe that can be trained with again.
    private static func checkModels(_ deployment: TestDeployment, model: String) async throws {
        let gateway = ["--gateway", "127.0.0.1:\(deployment.port)"]
        try await ModelListCommand.parse(gateway).run()
        let client = try await deployment.connect()
        let report = try await ModelShowCommand.parse(gateway).report(client)
        #expect(report.row.model == model && report.card.recipe.detailSteps == 12)
        #expect(Set(report.epochs.map(\.stage)) == ["outline", "detail", "density"])
        let shares = report.card.recipe.weights
        let detail = try #require(report.parts.first { $0.name == "detail" })
        #expect(abs(Float(detail.weight) - shares.detail - shares.histogram) < 0.005)
        #expect(report.text.contains("detail 192 × ") && report.text.contains("\"detailSteps\":12"))
        // G-18: nothing is trained by a recipe with a key that there is not.
        await #expect(throws: CommandFailure.self) {
            try await client.send("TRAIN", "RECIPE", #"{"epochs": 3}"#)
        }
        let again = try await client.send("TRAIN", "RECIPE", report.card.recipe.json, "KEEP").text ?? ""
        let watch = JobWatch(client: client, progress: ProgressBar(isSilent: true))
        let twin = try await watch.wait(for: again, of: "trainer", title: "", summary: { _ in "" })
        #expect(twin == model, "the same recipe on the same data is another model")
        await client.close()
    }

    private static func checkRedisTools(
        _ deployment: TestDeployment,
        slice: String,
        bytes: [UInt8],
        expected: SearchResult
    ) async throws {
        let port = deployment.port
        let image = try await TestDeployment.shell("redis-cli -p \(port) -x SEARCH IMAGE", input: bytes)
        let byID = try await TestDeployment.shell("redis-cli -p \(port) SEARCH SLICE \(slice)")
        #expect(image.code == 0 && image.output == byID.output)
        for hit in expected.hits { #expect(String(decoding: byID.output, as: UTF8.self).contains(hit.slice)) }
        // G-02, G-04: a plain line, and the end of the input before the answer is read.
        let plain = try await TestDeployment.shell(
            "printf 'PING\\r\\nSEARCH SLICE \(slice) K 1\\n' | nc -N 127.0.0.1 \(port)"
        )
        let text = String(decoding: plain.output, as: UTF8.self)
        #expect(text.hasPrefix("+PONG\r\n*14\r\n") && text.contains(expected.hits[0].slice))
        let benchmark = try await TestDeployment.shell("redis-benchmark -p \(port) -n 2000 -c 8 -t ping -q")
        #expect(benchmark.code == 0)
        #expect(String(decoding: benchmark.output, as: UTF8.self).contains("requests per second"))
        let http = try await TestDeployment.shell(
            "printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | nc -N 127.0.0.1 \(port)"
        )
        #expect(String(decoding: http.output, as: UTF8.self).hasPrefix("-ERR "))
    }

    private static func checkOptions(_ deployment: TestDeployment, slice: String, count: Int) async throws {
        let all = try await deployment.search("SLICE \(slice) K 1000 GROUP none SAMESERIES")
        #expect(all.hits.count == count - 1, "every slice but the query")
        #expect(Set(all.hits.map(\.slice)).count == all.hits.count)
        let own = try await deployment.search("SLICE \(slice) K 1000 GROUP none SAMEPATIENT")
        #expect(own.hits.count < all.hits.count, "the own series stays out")
        for part in ["outline", "detail", "density"] {
            let one = try await deployment.search("SLICE \(slice) K 3 WEIGHTS \(part)")
            #expect(one.hits.count == 3)
        }
        await #expect(throws: CommandFailure.self) {
            try await deployment.search("SLICE \(slice) WEIGHTS liver")
        }
        let client = try await deployment.connect()
        #expect(try await client.send("PREVIEW", slice, "OUTLINE").jpegSignature == [0xFF, 0xD8])
        let events = try await client.send("EVENTS", "READ", "FROM", "0", "COUNT", "1000")
        let created = events["events"]?.elements.filter { $0["kind"]?.text == "embedding.created" } ?? []
        #expect(Set(created.compactMap { $0["slice"]?.text }).count == count)
        await client.close()
    }

    /// `carina model export` writes what the registry keeps, and the same as ONNX.
    private static func checkExport(_ deployment: TestDeployment, model: String) async throws {
        let client = try await deployment.connect()
        let kept = try await client.send("MODEL", model)
        await client.close()
        let gateway = ["--gateway", "127.0.0.1:\(deployment.port)"]
        let path = deployment.local.folder + "/exported"
        try await ExportCommand.parse(gateway + ["--model", model, "--output", path]).run()
        #expect(try kept == .bytes(fileBytes(path)))
        try await ExportCommand.parse(gateway + ["--format", "onnx", "--output", path]).run()
        let onnx = try fileBytes(path)
        // Version 8 of the format comes first; the metadata names the model.
        #expect(onnx.prefix(2) == [0x08, 0x08] && onnx.contains(Array(model.utf8)))
        await #expect(throws: CommandLineFailure.self) {
            try await ExportCommand.parse(gateway + ["--output", path + "/nowhere/x"]).run()
        }
    }

    /// `carina label`: the data set that was trained on, its pictures, and a page about it without a name.
    private static func checkLabels(_ deployment: TestDeployment, slice: String, other: String) async throws {
        let gateway = ["--gateway", "127.0.0.1:\(deployment.port)"]
        let folder = deployment.local.folder
        try await LabelReportCommand.parse(gateway + ["--output", "\(folder)/report.html"]).run()
        let page = String(decoding: try fileBytes("\(folder)/report.html"), as: UTF8.self)
        #expect(page.contains("<h3>Grade 3</h3>") && page.hasSuffix("</html>\n"))
        #expect(page.ranges(of: "data:image/jpeg;base64,").count > 50)
        #expect(!page.lowercased().contains("phantom"), "a patient's name is on the page")
        try await LabelMaskCommand.parse(gateway + [slice, "--output", "\(folder)/mask.png"]).run()
        #expect(try fileBytes("\(folder)/mask.png").prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        try await LabelExplainCommand.parse(gateway + [slice, other, "--output", "\(folder)/pair.jpg"]).run()
        #expect(try fileBytes("\(folder)/pair.jpg").prefix(2) == [0xFF, 0xD8])
        try await CompareCommand.parse(gateway + [slice, other, "--output", "\(folder)/compare.jpg"]).run()
        #expect(try fileBytes("\(folder)/compare.jpg").prefix(2) == [0xFF, 0xD8])
        let client = try await deployment.connect()
        let dataSet = try #require(try await DataSetRow.all(client).first)
        await client.close()
        for command in [["--draw", "1"], ["--grade", "3", "--side", "training"]] {
            try await LabelPairsCommand.parse(gateway + [dataSet.dataSet] + command).run()
        }
        try await LabelShowCommand.parse(gateway).run()
        try await LabelListCommand.parse(gateway).run()
        try await LabelStatusCommand.parse(gateway).run()
        // The same order again is the same data set.
        try await LabelBuildCommand.parse(gateway).run()
    }

    /// nng trap 20: nng's threads are enough; the algebra libraries are told to add none.
    private static func checkThreads(_ deployment: TestDeployment) throws {
        let record = try #require(try deployment.local.record())
        for (service, process) in record.processes {
            let variables = String(decoding: try fileBytes("/proc/\(process)/environ"), as: UTF8.self)
            #expect(variables.split(separator: "\u{0}").contains("OPENBLAS_NUM_THREADS=1"), "\(service)")
        }
    }

    /// A deleted slice is gone from searches that know of its deletion.
    private static func checkDeletion(_ deployment: TestDeployment, slice: String, nearest: String)
        async throws
    {
        let client = try await deployment.connect()
        let before = try await client.send("EVENTS", "READ", "FROM", "0", "COUNT", "1")["head"]?.number ?? 0
        #expect(try await client.send("DELETE", "SLICE", nearest) == .integer(1))
        await #expect(throws: CommandFailure.self) { try await client.send("SLICE", nearest) }
        let after = try await deployment.search("SLICE \(slice) K 1000 GROUP none MINSEQ \(before + 1)")
        #expect(!after.hits.map(\.slice).contains(nearest))
        await client.close()
    }

    /// The index begins with what it wrote when it stopped, and answers as before.
    private static func checkSnapshot(_ deployment: TestDeployment, slice: String) async throws {
        let before = try await deployment.search("SLICE \(slice) K 1000 GROUP none")
        _ = try await deployment.local.stop()
        let programs = URL(filePath: try #require(SpawnedProcess(identifier: getpid()).program))
            .deletingLastPathComponent().path
        let file = "\(deployment.local.folder)/index/index.snapshot"
        let verify = try await TestDeployment.shell("'\(programs)/carina' index verify '\(file)'")
        #expect(verify.code == 0)
        #expect(String(decoding: verify.output, as: UTF8.self).hasSuffix("\nevery checksum right\n"))
        _ = try await deployment.local.start(port: deployment.port, progress: ProgressBar(isSilent: true))
        let answersAlike = await eventually(within: .seconds(20)) {
            // Until the index has met the embedder again it refuses.
            let after = try? await deployment.search("SLICE \(slice) K 1000 GROUP none")
            return after?.hits == before.hits
        }
        #expect(answersAlike)
        let log = try String(contentsOfFile: deployment.local.logFile("index"), encoding: .utf8)
        #expect(log.contains("began with a snapshot"))
    }
}

extension Reply {
    /// The first two bytes of a bulk string.
    fileprivate var jpegSignature: [UInt8] {
        if case .bytes(let bytes) = self { return Array(bytes.prefix(2)) }
        return []
    }
}
