import Contracts
package import ServiceKit
import Storage
import Wire

/// Keys of the labeler, with defaults and ranges; `labeler --help` lists them.
enum LabelerSettings {
    static let segmentingWorkers = Setting.integer(
        "segmenting-workers",
        default: 2,
        in: 1...64,
        help: "slices segmented at the same time"
    )
    static let memberMaximum = Setting.integer(
        "member-maximum",
        default: 1200,
        in: 8...4096,
        help: "most slices of a data set when a request leaves it open"
    )
    static let testShare = Setting.real(
        "test-share",
        default: 0.15,
        in: 0.02...0.5,
        help: "share of the slices whose patients test when a request leaves it open"
    )
    static let pairMaximum = Setting.integer(
        "pair-maximum",
        default: 2_000_000,
        in: 1_000...20_000_000,
        help: "most pairs that a data set keeps (25 bytes each)"
    )
    static let drainTime = Setting.seconds(
        "drain-time",
        default: .seconds(1_800),
        in: .milliseconds(100) ... .seconds(86_400),
        help: "longest time for which a data set waits until every known slice is segmented"
    )

    static let comparingThreads = Setting.integer(
        "comparing-threads",
        default: 2,
        in: 1...64,
        help: "threads that train the spatial transformer and compare pairs; any number gives the same labels"
    )

    static let registrationSteps = Setting.integer(
        "registration-steps",
        default: 900,
        in: 1...100_000,
        help: "steps for which the spatial transformer learns to lay slices on one another"
    )

    static let all: [any DeclaredSetting] = [
        segmentingWorkers, memberMaximum, testShare, pairMaximum, drainTime, comparingThreads,
        registrationSteps,
    ]
}

/// The labeler as a process: what it follows, does, stores and answers.
package enum LabelerDefinition {
    /// The service, ready to run.
    package static let definition = Self.definition(savePoints: SavePoints())

    /// The service, with other points at which it saves its work: for tests.
    package static func definition(savePoints: SavePoints) -> ServiceDefinition {
        ServiceDefinition(
            name: "labeler",
            number: .labeler,
            summary:
                "finds the lungs of every slice and labels pairs of slices, so that a model can learn without humans",
            ports: ServicePorts(requests: 7411, events: 7412, health: 7419),
            peers: [.ingest],
            settings: LabelerSettings.all,
            migrations: LabelerStore.migrations + DataSetStore.migrations,
            // Slices on their way to their embeddings go first: labels can wait.
            niceness: 5
        ) { host in
            let service = LabelerService(
                database: host.database,
                ingest: try host.client(of: .ingest),
                metrics: LabelerMetrics(host.metrics)
            )
            let building = DataSetBuilding(
                database: host.database,
                events: host.events,
                ingest: try host.client(of: .ingest),
                metrics: LabelerMetrics(host.metrics),
                clock: host.clock,
                memberMaximum: host.settings[LabelerSettings.memberMaximum],
                testShare: host.settings[LabelerSettings.testShare],
                pairMaximum: host.settings[LabelerSettings.pairMaximum],
                drainTime: host.settings[LabelerSettings.drainTime],
                registrationSteps: host.settings[LabelerSettings.registrationSteps],
                threadCount: host.settings[LabelerSettings.comparingThreads],
                buildingFolder: "\(host.dataFolder)/building",
                savePoints: savePoints,
                review: SeriesReview(
                    database: host.database,
                    ingest: try host.client(of: .ingest),
                    logger: host.logger
                )
            )
            try Self.follow(service, on: host)
            host.work(
                on: LabelerStore.segmenting,
                workers: host.settings[LabelerSettings.segmentingWorkers],
                batch: LabelerService.batch
            ) {
                try await service.segment($0)
            }
            host.jobs.handle(DataSetBuilding.jobKind, onRestart: .again) { try await building.run($0) }
            LabelerRouter.register(service, building: building, on: host)
            host.describeState { await Self.state(of: service) }
        }
    }

    private static func follow(_ service: LabelerService, on host: ServiceHost) throws {
        try host.follow(.ingest, onReplaced: { try LabelerStore.removeAllSlices(in: $0) }) {
            transaction,
            event in
            switch event.kind {
            case SliceStored.kind:
                try service.sliceStored(try event.decode(SliceStored.self).slice, in: transaction)
            case SliceRemoved.kind:
                try service.sliceRemoved(try event.decode(SliceRemoved.self).sliceID, in: transaction)
            default: break  // Events that we do not know, or need not know.
            }
            try LabelerStore.setPlace(event.seq, in: transaction)
        }
    }

    private static func state(of service: LabelerService) async -> [(key: String, value: String)] {
        let known = try? await service.database.read { transaction in
            (
                try LabelerStore.counts(in: transaction), try LabelerStore.segmenting.count(in: transaction),
                try DataSetStore.summaries(limit: 1, in: transaction).first,
                try DataSetStore.count(in: transaction)
            )
        }
        guard let (counts, waiting, newest, dataSets) = known else { return [] }
        return [
            (key: "slices", value: "\(counts.slices)"),
            (key: "segmented", value: "\(counts.segmented)"),
            (key: "without lung", value: "\(counts.withoutLung)"),
            (key: "waiting", value: "\(waiting)"),
            (key: "data sets", value: "\(dataSets)"),
            (key: "newest data set", value: newest?.dataSetID.description ?? "none"),
        ]
    }
}
