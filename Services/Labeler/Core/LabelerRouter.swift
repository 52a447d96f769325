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
                    input: order.encodedBytes,
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
                try DataSetStore.pairs(
                    of: request.dataSetID,
                    after: request.after,
                    limit: Int(request.limit),
                    in: $0
                )
            }
            guard let page else { throw Self.unknownDataSet }
            return page
        }
        host.on(FetchMask.self) { request, _ in try await service.mask(of: request.sliceID) }
        host.on(ExplainPair.self) { request, _ in try await service.explain(request) }
    }

    private static let unknownDataSet = Refusal(.notFound, "no data set has this id")
}
