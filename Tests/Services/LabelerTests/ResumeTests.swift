import Contracts
import Foundation
import LabelerCore
import PhantomArchive
import ServiceKit
import TestKit
import Testing
import Wire

/// A build that was interrupted goes on from what it kept, and ends as if nothing had happened.
@Suite("Interrupted builds")
struct ResumeTests {
    private static let settings = ["registration-steps": "60"]

    /// Names of what builds keep.
    private static func kept(_ bench: LabelerBench) throws -> [String] {
        let building = "\(bench.folder)/labeler/building"
        guard FileManager.default.fileExists(atPath: building) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: building)
    }

    private static func path(_ part: String, of jobID: Identifier, _ bench: LabelerBench) -> String {
        "\(bench.folder)/labeler/building/\(jobID)/\(part)"
    }

    private static func start(_ bench: LabelerBench) async throws -> Identifier {
        let request = BuildDataSet(seed: 7, memberMaximum: 0, testShare: 0.25, source: .transformer)
        return try await bench.client.call(request).jobID
    }

    /// The training step in a job's text; nil for any other text.
    private static func step(_ text: String) -> Int? {
        let form = #/training the spatial transformer: step (\d+) of 60, Dice 0\.\d+/#
        return text.wholeMatch(of: form).flatMap { Int($0.1) }
    }

    /// Waits until a training is so far.
    private static func waitForStep(_ step: Int, of jobID: Identifier, _ bench: LabelerBench) async throws {
        let isFar = try await eventually(within: .seconds(60), every: .milliseconds(2)) {
            Self.step(try await bench.job(jobID).text) ?? 0 >= step
        }
        #expect(isFar, "the training did not come so far")
    }

    /// A build's end is known a moment before its folder is removed.
    private static func keepsNothing(_ bench: LabelerBench) async throws -> Bool {
        try await eventually { try Self.kept(bench).isEmpty }
    }

    /// Builds the same again without interruption: the result is the same, and nothing is left behind.
    private static func expectSame(_ job: Job, _ bench: LabelerBench) async throws {
        #expect(job.state == .done, "\(job.text)")
        #expect(try await Self.keepsNothing(bench))
        let uninterrupted = try await bench.build(seed: 7, source: .transformer)
        #expect(uninterrupted.state == .done)
        #expect(uninterrupted.result == job.result)
        #expect(try await Self.keepsNothing(bench))
    }

    @Test("stopped while the transformer learns, it goes on from the last checkpoint")
    func training() async throws {
        var savePoints = SavePoints()
        savePoints.trainingSteps = 10
        try await LabelerBench.with(settings: Self.settings, savePoints: savePoints) { bench in
            try await bench.archive.store(Phantoms.slices)
            let jobID = try await Self.start(bench)
            try await Self.waitForStep(22, of: jobID, bench)
            try await bench.restarted(settings: Self.settings, savePoints: savePoints) { again in
                var first: Int?
                let goesOn = try await eventually(within: .seconds(60), every: .milliseconds(2)) {
                    first = Self.step(try await again.job(jobID).text)
                    return first != nil
                }
                #expect(goesOn && first ?? 0 > 20)
                try await Self.expectSame(try await again.ended(jobID), again)
            }
        }
    }

    @Test("stopped while pairs are compared, it neither learns again nor compares again what it has compared")
    func comparing() async throws {
        var savePoints = SavePoints()
        savePoints.pairs = 4
        try await LabelerBench.with(settings: Self.settings, savePoints: savePoints) { bench in
            try await bench.archive.store(Phantoms.slices)
            let jobID = try await Self.start(bench)
            let isUnderWay = await eventually(within: .seconds(60), every: .milliseconds(2)) {
                FileManager.default.fileExists(atPath: Self.path("training.24", of: jobID, bench))
            }
            #expect(isUnderWay)
            await bench.labeler.stop()
            let files = ["registration", "training.0", "training.24"]
            let numbers = try files.map { try #require(Self.number($0, of: jobID, bench)) }
            try await bench.restarted(settings: Self.settings, savePoints: savePoints) { again in
                var (texts, rewritten): (Set<String>, Set<String>) = ([], [])
                let hasEnded = try await eventually(within: .seconds(60), every: .milliseconds(1)) {
                    // A file that is written again is another file.
                    rewritten.formUnion(
                        zip(files, numbers).filter { file, number in
                            Self.number(file, of: jobID, again) ?? number != number
                        }.map(\.0)
                    )
                    let job = try await again.job(jobID)
                    texts.insert(job.text)
                    return job.state == .done
                }
                #expect(hasEnded && rewritten.isEmpty)
                #expect(texts.contains { $0.hasPrefix("comparing ") })
                #expect(!texts.contains { Self.step($0) != nil })
                try await Self.expectSame(try await again.job(jobID), again)
            }
        }
    }

    /// The number by which the file system tells a part of a build from others; nil where there is none.
    private static func number(_ part: String, of jobID: Identifier, _ bench: LabelerBench) -> UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: Self.path(part, of: jobID, bench))
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }

    @Test("what a cancelled build leaves is gone once the next one starts")
    func cancelling() async throws {
        try await LabelerBench.with(settings: Self.settings) { bench in
            try await bench.archive.store(Phantoms.slices)
            let jobID = try await Self.start(bench)
            try await Self.waitForStep(1, of: jobID, bench)
            _ = try await bench.client.call(CancelJob(jobID: jobID))
            #expect(try await bench.ended(jobID).state == .cancelled)
            #expect(try Self.kept(bench) == [jobID.description])
            #expect(try await bench.build(seed: 7, source: .height).state == .done)
            #expect(try await Self.keepsNothing(bench))
        }
    }
}
