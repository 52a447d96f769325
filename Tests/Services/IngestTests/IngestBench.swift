import Contracts
import ImageCodecs
import Logging
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Wire

@testable import IngestCore

/// Decodes in this very process: no test binary starts itself.
struct DirectDecoder: ObjectDecoder {
    func decode(_ bytes: [UInt8]) async throws -> DecodedObject { try decodeObject(bytes) }
    func stop() async {}
}

/// A clock that only the test moves.
final class ManualClock: Sendable {
    private let milliseconds = Mutex(WallClock.system.now())

    var wallClock: WallClock { WallClock { self.milliseconds.withLock { $0 } } }

    func advance(_ milliseconds: UInt64) { self.milliseconds.withLock { $0 += milliseconds } }
}

/// The real ingest over messages in memory.
final class IngestBench: Sendable {
    let client: ServiceClient
    let clock = ManualClock()
    let folder: String
    let transport = MemoryTransport()
    private let decoder: any ObjectDecoder
    private let settings: [String: String]
    private let running = Mutex<ServiceHost?>(nil)
    private let logged = Mutex("")

    private init(in folder: String, _ settings: [String: String], _ decoder: any ObjectDecoder) throws {
        self.folder = folder
        self.settings = settings
        self.decoder = decoder
        self.client = try ServiceClient(
            transport: self.transport,
            address: Address("memory://ingest"),
            service: .ingest
        )
    }

    /// Runs a body with ingest up; it is stopped whatever happens.
    ///
    /// - Parameter settings: beside the usual ones; `FOLDER` in a value stands for the bench's folder.
    static func with(
        settings: [String: String] = [:],
        decoder: any ObjectDecoder = DirectDecoder(),
        _ body: (IngestBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let resolved = settings.mapValues { $0.replacing("FOLDER", with: folder) }
            let bench = try IngestBench(in: folder, resolved, decoder)
            try await bench.start()
            let result: Result<Void, any Error>
            do {
                try await body(bench)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await bench.client.close()
            await bench.stop()
            try result.get()
        }
    }

    /// Ingest's own folder.
    var dataFolder: String { "\(self.folder)/ingest" }

    /// Everything that was logged.
    var logText: String { self.logged.withLock { $0 } }

    /// The text of /metrics.
    var metricsText: String { self.running.withLock { $0 }?.metrics.text() ?? "" }

    func start() async throws {
        let own = [
            "data": self.dataFolder, "listen": "memory://ingest", "publish": "memory://ingest-events",
            "health-port": "0", "series-quiet": "1",
        ]
        let logger = Logger(label: "ingest") { label in
            LineLogHandler(label: label, format: .text, level: .trace) { line in
                self.logged.withLock { $0 += line + "\n" }
            }
        }
        var environment = HostEnvironment(logger: logger)
        environment.clock = self.clock.wallClock
        let decoder = self.decoder
        let host = try await ServiceHost.start(
            IngestDefinition.definition { _ in decoder },
            settings: own.merging(self.settings) { $1 },
            transport: self.transport,
            environment: environment
        )
        self.running.withLock { $0 = host }
    }

    func stop() async { await self.running.withLock { $0 }?.stop() }

    func store(_ bytes: [UInt8]) async throws -> StoreObject.Reply {
        try await self.client.call(StoreObject(bytes: bytes), timeout: .seconds(30))
    }

    /// Stores a slice that must be new.
    @discardableResult
    func storeNew(_ bytes: [UInt8]) async throws -> Identifier {
        let reply = try await self.store(bytes)
        guard reply.outcome == .stored, let id = reply.sliceID else {
            throw BenchFailure(description: "not stored: \(reply.reason) \(reply.detail)")
        }
        return id
    }

    func metadata(_ id: Identifier) async throws -> SliceMetadata? {
        try await self.client.call(FetchMetadata(sliceIDs: [id])).slices[0]
    }

    func remove(_ scope: RemovalScope, _ id: Identifier) async throws -> UInt32 {
        try await self.client.call(Remove(scope: scope, id: id)).count
    }

    /// Announces series that have been quiet for a second, as ingest does from time to time.
    func announceQuietSeries() async throws {
        guard let host = self.running.withLock({ $0 }) else { return }
        let now = self.clock.wallClock.now()
        try await host.database.write { transaction in
            try SeriesWatch.announceQuiet(quietSince: now - 1_000, events: host.events, in: transaction)
        }
    }

    /// The whole log.
    func log() async throws -> FetchEvents.Reply {
        try await self.client.call(FetchEvents(logID: nil, after: 0, limit: 1_000, waitMilliseconds: 0))
    }

    func events<Event: WireEvent>(_ type: Event.Type) async throws -> [Event] {
        try await self.log().events.filter { $0.kind == Event.kind }.map { try Event(decoding: $0.body) }
    }

    func quarantine() async throws -> ListQuarantine.Reply {
        try await self.client.call(ListQuarantine(after: 0, limit: 100))
    }

    /// How many pixel files lie on the disk.
    func pixelFileCount() throws -> Int {
        try files(below: "\(self.dataFolder)/pixels").count
    }

    func ended(_ jobID: Identifier) async throws -> Job {
        var job = try await self.client.call(JobStatus(jobID: jobID)).job
        let hasEnded = try await eventually(within: .seconds(60), every: .milliseconds(10)) {
            job = try await self.client.call(JobStatus(jobID: jobID)).job
            return job.state == .done || job.state == .failed || job.state == .cancelled
        }
        guard hasEnded else { throw BenchFailure(description: "the job did not end: \(job.text)") }
        return job
    }
}

/// Why a bench gave up.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
}
