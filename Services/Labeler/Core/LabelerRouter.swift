import Contracts
import ServiceKit
import Storage
import Wire

/// From messages to calls of the service.
enum LabelerRouter {
    static func register(_ service: LabelerService, building: DataSetBuilding, on host: ServiceHost) {
        host.onChanging(BuildDataSet.self) { request, _, transaction in
            let order = try building.order(for: request)
            return BuildDataSet.Reply(
                jobID: try host.jobs.start(
                    DataSetBuilding.jobKind,
                    input: order.body(with: RequestOptions()),
                    in: transaction
                )
            )
        }
        host.on(ListDataSets.self) { _, _ in
            ListDataSets.Reply(
                dataSets: try await service.database.read {
                    try DataSetStore.summaries(limit: Limits.pageRowsMaximum, in: $0)
                }
            )
        }
        host.on(FetchDataSet.self) { request, _ in
            let stored = try await service.database.read {
                try DataSetStore.dataSet(request.dataSetID, in: $0)
            }
            guard let stored else { throw Self.unknownDataSet }
            return stored
        }
        host.on(FetchPairs.self) { request, _ in
            guard (1...Limits.pagePairsMaximum).contains(Int(request.limit)) else {
                throw Refusal(.badArgument, "limit is not within 1...\(Limits.pagePairsMaximum)")
            }
            let page = try await service.database.read {
                guard
                    let filter = try PairFilter(
                        grade: request.grade,
                        side: request.side,
                        of: request.dataSetID,
                        in: $0
                    )
                else { return FetchPairs.Reply?.none }
                return try DataSetStore.pairs(
                    of: request.dataSetID,
                    after: request.after,
                    limit: Int(request.limit),
                    matching: filter,
                    in: $0
                )
            }
            guard let page else { throw Self.unknownDataSet }
            return page
        }
        host.on(FetchMask.self) { request, _ in try await service.mask(of: request.sliceID) }
        host.on(ExplainPair.self) { request, _ in try await service.explain(request) }
        Self.registerStatistics(service, on: host)
    }

    private static func registerStatistics(_ service: LabelerService, on host: ServiceHost) {
        host.on(FetchStatistics.self) { request, _ in
            let statistics = try await service.database.read {
                try DataSetStatistics.statistics(of: request.dataSetID, in: $0)
            }
            guard let statistics else { throw Self.unknownDataSet }
            return statistics
        }
        host.on(DrawPairs.self) { request, _ in
            try Self.checkRows(request.limit)
            let drawn = try await service.database.read { try DataSetStatistics.draw(request, in: $0) }
            guard let drawn else { throw Self.unknownDataSet }
            return drawn
        }
        host.on(FetchMaskQuality.self) { request, _ in
            try Self.checkRows(request.limit)
            return try await service.database.read {
                try MaskQuality.reply(limit: Int(request.limit), in: $0)
            }
        }
    }

    private static func checkRows(_ limit: UInt32) throws {
        guard (1...Limits.pageRowsMaximum).contains(Int(limit)) else {
            throw Refusal(.badArgument, "limit is not within 1...\(Limits.pageRowsMaximum)")
        }
    }

    private static let unknownDataSet = Refusal(.notFound, "no data set has this id")
}
