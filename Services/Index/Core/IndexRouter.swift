internal import Contracts
internal import Neighbors
internal import ServiceKit
internal import Wire

/// Messages to calls.
struct IndexRouter: Sendable {
    let service: IndexService
    let metrics: IndexMetrics
    let clock: WallClock

    func register(with host: ServiceHost) {
        host.on(Search.self) { request, context in
            try await self.search(request, options: context.options)
        }
        host.on(NodeState.self) { _, _ in self.service.nodeState() }
    }

    /// - Throws: `Refusal`.
    func search(_ request: Search, options: RequestOptions) async throws -> Search.Reply {
        let started = ContinuousClock.now
        do {
            let answer = try await self.service.search(try self.question(request, options: options))
            self.metrics.noteSearch(answer.found.cost, seconds: (ContinuousClock.now - started).inSeconds)
            return self.reply(answer)
        } catch {
            self.metrics.noteRefusal(error.code)
            throw error
        }
    }

    private func question(_ request: Search, options: RequestOptions) throws(Refusal) -> IndexQuestion {
        guard options.fingerprint != nil else {
            throw Refusal(.badArgument, "a search names its model in the tag fingerprint")
        }
        guard (1...Limits.neighborsMaximum).contains(Int(request.k)) else {
            throw Refusal(.badArgument, "k is within 1...\(Limits.neighborsMaximum)")
        }
        guard request.filters.count <= Limits.filtersMaximum else {
            throw Refusal(.badArgument, "a search has at most \(Limits.filtersMaximum) filters")
        }
        return IndexQuestion(
            fingerprint: options.fingerprint,
            query: NeighborQuery(
                vector: request.vector,
                weights: request.weights,
                k: Int(request.k),
                grouping: Grouping(request.grouping),
                excludedPatient: request.excludedPatient.map { NeighborID($0) },
                excludedSeries: request.excludedSeries.map { NeighborID($0) },
                excludedID: request.excludedSlice.map { NeighborID($0) },
                filters: request.filters.map { AttributeFilter($0) }
            ),
            minimumSeq: request.minimumSeq,
            wantsBruteForce: request.wantsBruteForce,
            patience: options.deadline.map { self.patience(until: $0) }
        )
    }

    /// Time until a deadline, less some for the way back; zero when it has passed.
    private func patience(until deadline: UInt64) -> Duration {
        let now = self.clock.now() + 50
        return .milliseconds(deadline > now ? min(deadline - now, 600_000) : 0)
    }

    private func reply(_ answer: IndexAnswer) -> Search.Reply {
        Search.Reply(
            fingerprint: answer.fingerprint,
            seq: answer.seq,
            hits: answer.found.neighbors.map { neighbor in
                SearchHit(
                    sliceID: Identifier(neighbor.id),
                    seriesID: Identifier(neighbor.series),
                    patientID: Identifier(neighbor.patient),
                    distance: neighbor.distance,
                    partDistances: neighbor.partDistances
                )
            },
            distancesComputed: UInt64(answer.found.cost.distancesComputed),
            candidates: UInt64(answer.found.cost.candidates),
            // Where fewer than k exist all were looked at; numbers in frames are finite.
            radius: min(answer.found.cost.radius, .greatestFiniteMagnitude),
            shard: UInt32(self.service.shard.shard),
            shardCount: UInt32(self.service.shard.count)
        )
    }
}

extension Grouping {
    init(_ grouping: SearchGrouping) {
        switch grouping {
        case .none: self = .none
        case .series: self = .series
        case .patient: self = .patient
        }
    }
}

extension AttributeFilter {
    init(_ filter: SearchFilter) {
        let comparison: Comparison =
            switch filter.comparison {
            case .equal: .equal
            case .notEqual: .notEqual
            case .atMost: .atMost
            case .atLeast: .atLeast
            }
        self.init(key: filter.key, comparison: comparison, value: filter.value)
    }
}
