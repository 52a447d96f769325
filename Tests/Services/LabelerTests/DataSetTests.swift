import Contracts
import Foundation
import LabelerCore
import PhantomArchive
import TestKit
import Testing
import Wire

/// Data sets: built as jobs, immutable, named by their content.
@Suite("Data sets")
struct DataSetTests {
    @Test("a data set has whole patients on each side, all pairs in order, and an explanation for each")
    func building() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.slices)
            // Started at once: the job itself waits for the slices to be segmented.
            let job = try await bench.build(seed: 7)
            #expect(job.state == .done, "\(job.text)")
            #expect(job.kind == "data set")
            let id = try #require(Identifier(hex: job.result))
            let dataSet = try await bench.client.call(FetchDataSet(dataSetID: id))
            let summary = dataSet.summary
            #expect(summary.dataSetID == id)
            #expect(summary.trainingPatients + summary.testPatients == 4)
            #expect(summary.testPatients >= 1)
            #expect(summary.memberCount >= 30)
            let sides = Dictionary(grouping: dataSet.members, by: \.patientID).mapValues {
                Set($0.map(\.isTest))
            }
            #expect(sides.values.allSatisfy { $0.count == 1 })
            #expect(dataSet.gradeThresholds.count == 3)
            let recipe = try #require(
                JSONSerialization.jsonObject(with: Data(dataSet.recipe.utf8)) as? [String: Any]
            )
            #expect((recipe["labeling"] as? [String: Any])?["seed"] as? Int == 7)

            let pairs = try await Self.allPairs(of: id, bench, limit: 100)
            #expect(UInt64(pairs.count) == summary.pairCount)
            let training = dataSet.members.count { !$0.isTest }
            let test = dataSet.members.count - training
            #expect(pairs.count == training * (training - 1) / 2 + test * (test - 1) / 2)
            let order = pairs.map { [$0.first, $0.second] }
            #expect(zip(order, order.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
            #expect(try await Self.allPairs(of: id, bench, limit: 20_000) == pairs)
            #expect(Set(pairs.map(\.grade)) == [0, 1, 2, 3])

            let last = try #require(pairs.last)
            let explained = try await bench.client.call(
                ExplainPair(
                    first: dataSet.members[Int(last.second)].sliceID,
                    second: dataSet.members[Int(last.first)].sliceID
                )
            )
            #expect(explained.similarity == last.similarity)
            #expect(explained.grade == last.grade)
            let lastPage = FetchPairs(dataSetID: id, after: summary.pairCount - 1, limit: 1)
            let density = try await bench.client.call(lastPage).densities?.first
            #expect(explained.density == density && density != nil)
        }
    }

    @Test("the same recipe over the same slices gives the same hash, another seed another one")
    func repeatability() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.slices)
            let first = try await bench.build(seed: 7)
            let second = try await bench.build(seed: 8)
            let again = try await bench.build(seed: 7)
            #expect([first, second, again].allSatisfy { $0.state == .done })
            #expect(first.result == again.result)
            #expect(first.result != second.result)
            let list = try await bench.client.call(ListDataSets()).dataSets
            // Built again, the first one is the newest again.
            #expect(list.map(\.dataSetID.description) == [first.result, second.result])
            let events = try await bench.client.call(
                FetchEvents(logID: nil, after: 0, limit: 100, waitMilliseconds: 0)
            ).events
            #expect(events.count { $0.kind == DataSetBuilt.kind } == 3)
        }
    }

    @Test("any number of threads gives the same hash")
    func threads() async throws {
        var found: Set<String> = []
        for threads in ["1", "3"] {
            try await LabelerBench.with(settings: ["comparing-threads": threads]) { bench in
                try await bench.archive.store(Phantoms.slices)
                let job = try await bench.build(seed: 5)
                #expect(job.state == .done, "\(job.text)")
                found.insert(job.result)
            }
        }
        #expect(found.count == 1)
    }

    @Test("too many pairs are bounded: each member's best stay, and the recipe says so")
    func bound() async throws {
        try await LabelerBench.with(settings: ["pair-maximum": "1000"]) { bench in
            let more = ArchivedSlice.slices(ofPatients: [21, 22], sliceCount: 12, size: 160)
            try await bench.archive.store(Phantoms.slices + more)
            let job = try await bench.build(seed: 7)
            #expect(job.state == .done, "\(job.text)")
            let id = try #require(Identifier(hex: job.result))
            let dataSet = try await bench.client.call(FetchDataSet(dataSetID: id))
            let training = dataSet.members.count { !$0.isTest }
            let test = dataSet.members.count - training
            let labeled = training * (training - 1) / 2 + test * (test - 1) / 2
            let isThinned = labeled > 1000
            #expect(isThinned, "the phantoms are too few for this test")
            #expect(dataSet.summary.pairCount == 1000)
            #expect(dataSet.recipe.contains("\"kept\":1000"))
            #expect(dataSet.recipe.contains("\"labeled\":\(labeled)"))
            let pairs = try await Self.allPairs(of: id, bench, limit: 20_000)
            let members = Set(pairs.flatMap { [$0.first, $0.second] })
            #expect(members.count == dataSet.members.count)
        }
    }

    @Test("one patient is too few, with a text that says so")
    func onePatient() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            let job = try await bench.build(seed: 1)
            #expect(job.state == .failed)
            #expect(job.text.contains("at least 2 patients"))
            #expect(try await bench.client.call(ListDataSets()).dataSets.isEmpty)
        }
    }

    @Test("a build that waits for slices can be cancelled")
    func cancelling() async throws {
        try await LabelerBench.with(settings: ["segmenting-workers": "1"]) { bench in
            // The archive tells of slices that take a while; the build waits for them.
            try await bench.archive.store(Phantoms.slices)
            let request = BuildDataSet(seed: 1, memberMaximum: 0, testShare: 0)
            let jobID = try await bench.client.call(request).jobID
            _ = try await bench.client.call(CancelJob(jobID: jobID))
            let job = try await bench.ended(jobID)
            #expect(job.state == .cancelled)
            #expect(try await bench.client.call(ListDataSets()).dataSets.isEmpty)
        }
    }

    @Test("numbers out of range and unknown names are refused")
    func refusals() async throws {
        try await LabelerBench.with { bench in
            let wide = BuildDataSet(seed: 1, memberMaximum: 1_000_000, testShare: 0)
            await Self.expectRefusal(.badArgument) { try await bench.client.call(wide) }
            let share = BuildDataSet(seed: 1, memberMaximum: 0, testShare: 0.9)
            await Self.expectRefusal(.badArgument) { try await bench.client.call(share) }
            let unknown = Identifier.random()
            await Self.expectRefusal(.notFound) {
                try await bench.client.call(FetchDataSet(dataSetID: unknown))
            }
            await Self.expectRefusal(.notFound) {
                try await bench.client.call(FetchPairs(dataSetID: unknown, after: 0, limit: 10))
            }
            await Self.expectRefusal(.badArgument) {
                try await bench.client.call(FetchPairs(dataSetID: unknown, after: 0, limit: 0))
            }
        }
    }

    private static func expectRefusal<Reply>(
        _ code: RefusalCode,
        _ call: () async throws -> Reply
    ) async {
        do {
            _ = try await call()
            Issue.record("was not refused")
        } catch {
            #expect((error as? Refusal)?.code == code)
        }
    }

    private static func allPairs(
        of id: Identifier,
        _ bench: LabelerBench,
        limit: UInt32
    ) async throws -> [LabeledPairRecord] {
        var pairs: [LabeledPairRecord] = []
        var after: UInt64? = 0
        while let start = after {
            let page = try await bench.client.call(FetchPairs(dataSetID: id, after: start, limit: limit))
            #expect(page.pairs.count <= Int(limit))
            pairs += page.pairs
            after = page.next
        }
        return pairs
    }
}
