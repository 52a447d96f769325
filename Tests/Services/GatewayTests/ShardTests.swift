import Contracts
import LineProtocol
import Synchronization
import TestKit
import Testing
import Wire

@testable import GatewayCore

@Suite("Several nodes, one answer", .timeLimit(.minutes(2)))
struct ShardTests {
    private func search(_ bench: GatewayBench, _ sample: Sample, _ more: String...) async throws -> Reply {
        let words = ["SEARCH", "SLICE", sample.sliceID.description] + more
        return try await bench.ask(words.map { Array($0.utf8) })
    }

    @Test("G-11: shards give the answer of one node: by distance and id, one a patient, the oldest position")
    func merged() async throws {
        try await GatewayBench.run(shards: [0, 1, 2]) { bench in
            await bench.awaitSearches()
            for number in [0, 5, 10, 15] {
                let sample = Sample(number: UInt8(number))
                let reply = try await self.search(bench, sample)
                let expected = bench.archive.expected(sample, count: 10, generation: fingerprint(1))
                #expect(reply.hitIDs == expected.map(\.sliceID.description) && expected.count == 3)
                #expect(reply["shards"]?.text == "3/3")
                #expect(reply["seq"]?.number == 40)
                #expect(reply["distances"]?.number == 16)
            }
        }
    }

    @Test("G-14: a shard that does not answer in time makes the answer PARTIAL, with its name")
    func partial() async throws {
        let settings = ["shard-timeout": "0.3"]
        try await GatewayBench.run(shards: [0, 1], settings: settings) { bench in
            await bench.awaitSearches()
            bench.archive.state.withLock { $0.hanging = [1] }
            let reply = try await self.search(bench, Sample(number: 3))
            #expect(reply == .failure(code: .partial, text: "shard 2 of 2 does not answer; see NODES"))
            bench.archive.state.withLock { $0.hanging = [] }
            let whole = try await self.search(bench, Sample(number: 3))
            #expect(whole["shards"]?.text == "2/2")
        }
    }

    @Test("G-14: a shard whose node is gone is PARTIAL too, not LOADING")
    func gone() async throws {
        try await GatewayBench.run(shards: [0, 1], absent: ["index-1"]) { bench in
            let isPartial = try await eventually(within: .seconds(20)) {
                try await self.search(bench, Sample(number: 3)).code == .partial
            }
            #expect(isPartial)
            let nodes = try await bench.ask("NODES").elements
            #expect(nodes.count == 2 && nodes[0]["ready"]?.number == 1 && nodes[0]["shard"]?.text == "0/2")
            #expect(nodes[1]["ready"]?.number == 0 && nodes[1]["reason"]?.text == "does not answer")
        }
    }

    @Test("the only node that hangs is a TIMEOUT")
    func timeout() async throws {
        try await GatewayBench.run(settings: ["shard-timeout": "0.2"]) { bench in
            await bench.awaitSearches()
            bench.archive.state.withLock { $0.hanging = [0] }
            let reply = try await self.search(bench, Sample(number: 3))
            #expect(reply.code == .timeout)
        }
    }

    @Test("nng trap 5: a node that hangs takes no query with it: a replica is asked")
    func hedged() async throws {
        try await GatewayBench.run(shards: [0, 0]) { bench in
            await bench.awaitSearches()
            _ = await eventually { bench.archive.state.withLock { $0.serving.count } == 2 }
            let isDouble = try await eventually(within: .seconds(10)) {
                try await bench.ask("NODES").elements.allSatisfy { $0["ready"]?.number == 1 }
            }
            #expect(isDouble)
            let quick = try await self.search(bench, Sample(number: 3))
            #expect(!quick.hitIDs.isEmpty && bench.archive.searches(node: 1).isEmpty)
            bench.archive.state.withLock { $0.hanging = [0] }
            let hedged = try await self.search(bench, Sample(number: 3))
            #expect(hedged.hitIDs == quick.hitIDs)
            #expect(hedged["seq"]?.number == 41 && bench.archive.searches(node: 1).count == 1)
        }
    }

    @Test(
        "a generation that takes over during searches is never mixed with the one before, and no search fails"
    )
    func generationSwitch() async throws {
        try await GatewayBench.run(shards: [0, 1]) { bench in
            await bench.awaitSearches()
            let archive = bench.archive
            let generations = await withTaskGroup(of: [String].self) { group in
                for lane in 0..<4 {
                    group.addTask { (try? await self.searches(bench, lane: lane)) ?? ["failed"] }
                }
                group.addTask {
                    // One step after the other, each with searches between: as the services do it.
                    let steps: [@Sendable (inout Archive.State) -> Void] = [
                        { $0.kept = [fingerprint(1), fingerprint(2)] }, { $0.serving[0] = fingerprint(2) },
                        { $0.serving[1] = fingerprint(2) }, { $0.kept = [fingerprint(2)] },
                    ]
                    for step in steps {
                        let count = archive.searches().count
                        _ = await eventually(within: .seconds(1)) { archive.searches().count > count + 15 }
                        archive.state.withLock { step(&$0) }
                    }
                    return []
                }
                return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
            }
            #expect(generations == [fingerprint(1).description, fingerprint(2).description])
            #expect(archive.state.withLock(\.mixedCount) == 0)
        }
    }

    /// Searches until the new generation has answered a while; each answer must be that of its generation.
    private func searches(_ bench: GatewayBench, lane: Int) async throws -> [String] {
        try await bench.connected { client in
            var seen: [String] = []
            var newCount = 0
            var number = lane
            while newCount < 10 {
                let sample = Sample(number: UInt8(number % 16))
                number += 1
                let reply = try await client.send("SEARCH", "SLICE", sample.sliceID.description)
                let text = reply["generation"]?.text ?? ""
                let generation = try #require(Fingerprint(hex: text))
                let expected = bench.archive.expected(sample, count: 10, generation: generation)
                #expect(reply.hitIDs == expected.map(\.sliceID.description))
                #expect(
                    reply["hits"]?.elements.compactMap { $0["distance"]?.text.flatMap(Float.init) }
                        == expected.map(\.distance)
                )
                if !seen.contains(text) { seen.append(text) }
                if generation == fingerprint(2) { newCount += 1 }
            }
            return seen
        }
    }
}

@Suite("Plans and merges, as values")
struct ShardValueTests {
    private func report(
        _ node: Int,
        _ generation: UInt8?,
        shard: UInt32 = 0,
        of count: UInt32 = 1,
        isReady: Bool = true,
        reason: String = ""
    ) -> NodeReport {
        NodeReport(
            node: node,
            state: NodeState.Reply(
                fingerprint: generation.map { fingerprint($0) },
                parts: Archive.parts,
                shard: shard,
                shardCount: count,
                appliedSeq: 1,
                headSeq: 1,
                count: 1,
                isReady: isReady,
                reason: reason
            )
        )
    }

    @Test("replicas stand behind their shard in the order of the configuration")
    func replicas() throws {
        let reports = [
            self.report(0, 1, shard: 1, of: 2), self.report(1, 1, shard: 0, of: 2),
            self.report(2, 1, shard: 1, of: 2), self.report(3, 2, shard: 0, of: 2),
        ]
        let plan = try ShardPlan(reports: reports)
        #expect(plan.generation == fingerprint(1) && plan.replicas == [[1], [0, 2]])
    }

    @Test("the generation with more nodes is asked, and equal numbers are decided the same way everywhere")
    func generations() throws {
        let two = [self.report(0, 1), self.report(1, 2), self.report(2, 2)]
        #expect(try ShardPlan(reports: two).generation == fingerprint(2))
        let tie = [self.report(0, 3), self.report(1, 2)]
        #expect(try ShardPlan(reports: tie) == ShardPlan(reports: tie.reversed()))
    }

    @Test("G-14: why there is no plan is told apart")
    func gaps() {
        func gap(_ reports: [NodeReport]) -> ShardPlan.Gap? {
            do {
                _ = try ShardPlan(reports: reports)
                return nil
            } catch {
                return error
            }
        }
        #expect(gap([]) == .loading("no index node answers"))
        #expect(gap([self.report(0, nil)]) == .loading("no model serves yet: LABEL, then TRAIN"))
        #expect(gap([self.report(0, nil, reason: "behind")]) == .loading("behind"))
        #expect(
            gap([
                self.report(0, 1, of: 2), self.report(1, 1, shard: 1, of: 2, isReady: false, reason: "loads"),
            ])
                == .loading("loads")
        )
        #expect(gap([self.report(0, 1, shard: 1, of: 3)]) == .missing([0, 2], of: 3))
        #expect(gap([self.report(0, 1, of: 2), self.report(1, 2, shard: 1, of: 2)]) == .changing)
        #expect(gap([self.report(0, 1, shard: 9, of: 2)]) == .missing([0, 1], of: 2))
        let text = ShardPlan.Gap.missing([0, 2], of: 3).failure
        #expect(text == CommandFailure(.partial, "shards 1, 3 of 3 do not answer; see NODES"))
    }

    private func hit(_ slice: UInt8, patient: UInt8, series: UInt8, _ distance: Float) -> SearchHit {
        SearchHit(
            sliceID: Sample.identifier(1, slice),
            seriesID: Sample.identifier(2, series),
            patientID: Sample.identifier(3, patient),
            distance: distance,
            partDistances: []
        )
    }

    @Test("G-11: equal distances are ordered by slice id; a patient in two shards is one hit")
    func merge() {
        let first = [self.hit(4, patient: 1, series: 1, 0.5), self.hit(9, patient: 2, series: 2, 0.5)]
        let second = [self.hit(2, patient: 3, series: 3, 0.5), self.hit(1, patient: 1, series: 4, 0.7)]
        func ids(_ grouping: SearchGrouping, _ count: Int) -> [UInt8] {
            let merged = ShardMerge.merge([first, second], count: count, grouping: grouping)
            #expect(merged == ShardMerge.merge([second, first], count: count, grouping: grouping))
            return merged.compactMap(\.sliceID.bytes.last)
        }
        #expect(ids(.none, 10) == [2, 4, 9, 1])
        #expect(ids(.series, 10) == [2, 4, 9, 1])
        #expect(ids(.patient, 10) == [2, 4, 9])
        #expect(ids(.patient, 2) == [2, 4])
        #expect(ShardMerge.merge([], count: 3, grouping: .none).isEmpty)
    }

    @Test("merging shards of a seeded archive is sorting the whole of it")
    func mergeProperty() {
        var random = SplitMix64(seed: 21)
        for _ in 0..<300 {
            let all = (0..<40).map { number in
                self.hit(
                    UInt8(number),
                    patient: UInt8(number % 7),
                    series: UInt8(number % 13),
                    Float(Int.random(in: 0..<9, using: &random))
                )
            }
            let shards = Int.random(in: 1...4, using: &random)
            let count = Int.random(in: 1...12, using: &random)
            for grouping in [SearchGrouping.none, .series, .patient] {
                // Each shard answers with its own best, as a node does; a series is in one shard.
                let answers = (0..<shards).map { shard in
                    let held = all.filter { Int($0.seriesID.bytes.last ?? 0) % shards == shard }
                    return ShardMerge.merge([held], count: count, grouping: grouping)
                }
                let merged = ShardMerge.merge(answers, count: count, grouping: grouping)
                #expect(merged == ShardMerge.merge([all], count: count, grouping: grouping))
            }
        }
    }
}
