import Contracts
import Messaging
package import ServiceKit
import Storage
import Wire

/// Keys of ingest, with defaults and ranges; `ingest --help` lists them.
enum IngestSettings {
    static let decoders = Setting.integer(
        "decoders",
        default: 2,
        in: 1...64,
        help: "Decoding processes: objects that are decoded at the same time."
    )
    static let decoderMemory = Setting.integer(
        "decoder-memory",
        default: 2048,
        in: 256...65_536,
        help: "Most memory of one decoding process, in MiB."
    )
    static let decoderTime = Setting.seconds(
        "decoder-time",
        default: .seconds(10),
        in: .seconds(1) ... .seconds(300),
        help: "Longest time for one object; then it is refused and its decoder replaced."
    )
    static let decoderProgram = Setting.text(
        "decoder-program",
        default: "/proc/self/exe",
        help: "The program that decodes: this one."
    )
    static let quiet = Setting.seconds(
        "series-quiet",
        default: .seconds(10),
        in: .milliseconds(100) ... .seconds(3600),
        help: "A series is complete when no slice came for so long."
    )
    static let importRoot = Setting.text(
        "import-root",
        default: "",
        help: "Folder below which whole folders may be imported on request; empty: none."
    )

    static let recentLungs = Setting.integer(
        "recent-lungs",
        default: 1_000,
        in: 0...100_000,
        help: "Slices whose lungs are kept in memory, 45 kB each, for the services that follow."
    )

    static let all: [any DeclaredSetting] = [
        decoders, decoderMemory, decoderTime, decoderProgram, quiet, importRoot, recentLungs,
    ]
}

/// Ingest as a process: what it keeps, does and answers.
package enum IngestDefinition {
    /// Decodes in processes of its own.
    package static let definition = definition { settings in
        DecoderPool(
            program: settings[IngestSettings.decoderProgram],
            processesMaximum: settings[IngestSettings.decoders],
            limits: DecoderLimits(
                memoryByteCount: settings[IngestSettings.decoderMemory] << 20,
                time: settings[IngestSettings.decoderTime]
            )
        )
    }

    /// The same with another way of decoding.
    ///
    /// - Parameter makeDecoder: called once at the start; the decoder is stopped when the service drains.
    package static func definition(
        makeDecoder: @escaping @Sendable (Settings) -> any ObjectDecoder
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: "ingest",
            number: .ingest,
            summary: "takes CT slices in, keeps their pixels and the catalog, and tells of every change",
            ports: ServicePorts(requests: 7401, events: 7402, health: 7409),
            settings: IngestSettings.all,
            migrations: IngestStore.migrations
        ) { host in
            let decoder = makeDecoder(host.settings)
            host.onDrain { await decoder.stop() }
            let isNamed = try await host.database.read { try IngestStore.count(in: $0) } > 0
            let metrics = IngestMetrics(host.metrics)
            let service = IngestService(
                database: host.database,
                events: host.events,
                reader: ObjectReader(
                    decoder: decoder,
                    pseudonyms: try .keeping(in: host.dataFolder, isInUse: isNamed),
                    stages: metrics.stages
                ),
                pixels: try PixelStore(folder: "\(host.dataFolder)/pixels"),
                recent: RecentLungs(maximum: host.settings[IngestSettings.recentLungs]),
                metrics: metrics,
                clock: host.clock
            )
            let folders = FolderImport(
                root: host.settings[IngestSettings.importRoot],
                store: { try await service.store($0) },
                database: host.database
            )
            host.jobs.handle(FolderImport.jobKind, onRestart: .again) { try await folders.run($0) }
            IngestRouter.register(service, folders: folders, on: host)
            Self.watchSeries(service, quiet: host.settings[IngestSettings.quiet], on: host)
            host.background("pixels") { try await service.sweepPixels() }
            host.describeState { await Self.state(of: service) }
        }
    }

    /// Looks for series that have been quiet for long enough.
    private static func watchSeries(_ service: IngestService, quiet: Duration, on host: ServiceHost) {
        let quietMilliseconds = UInt64(quiet / .milliseconds(1))
        let pause = min(quiet / 4, .seconds(1))
        host.background("series") {
            while true {
                let now = service.clock.now()
                try await host.database.write { transaction in
                    try SeriesWatch.announceQuiet(
                        quietSince: now - min(quietMilliseconds, now),
                        events: host.events,
                        in: transaction
                    )
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    private static func state(of service: IngestService) async -> [(key: String, value: String)] {
        let known = try? await service.database.read { transaction in
            (try IngestStore.count(in: transaction), try Quarantine.counts(in: transaction))
        }
        guard let (slices, refusals) = known else { return [] }
        return [(key: "slices", value: "\(slices)")]
            + refusals.map { (key: "refused \($0.reason)", value: "\($0.count)") }
            + [(key: "time", value: service.metrics.stages.shares)]
    }
}
