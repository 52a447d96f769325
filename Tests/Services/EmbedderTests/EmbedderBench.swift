import Contracts
import EmbedderCore
import Messaging
import PhantomArchive
import ServiceKit
import Synchronization
import TestKit
import Wire

/// The real embedder between an archive of phantoms and a trainer that has models, over messages in memory.
final class EmbedderBench: Sendable {
    let archive: ArchiveService
    let trainer: TrainerStandIn
    let client: ServiceClient
    let folder: String
    let transport: MemoryTransport
    private let running: Mutex<ServiceHost>

    private init(in folder: String, transport: MemoryTransport) async throws {
        self.folder = folder
        self.transport = transport
        self.archive = try await ArchiveService.start(in: "\(folder)/ingest", transport: transport)
        self.trainer = try await TrainerStandIn.start(in: "\(folder)/trainer", transport: transport)
        self.running = Mutex(try await Self.startEmbedder(in: folder, transport))
        self.client = try ServiceClient(
            transport: transport,
            address: Address("memory://embedder"),
            service: .embedder
        )
    }

    /// Runs a body with everything up; it is stopped whatever happens.
    static func with(_ body: (EmbedderBench) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let bench = try await EmbedderBench(in: folder, transport: MemoryTransport())
            let result: Result<Void, any Error>
            do {
                try await body(bench)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await bench.client.close()
            await bench.running.withLock { $0 }.stop()
            await bench.trainer.stop()
            await bench.archive.stop()
            try result.get()
        }
    }

    private static func startEmbedder(
        in folder: String,
        data: String = "embedder",
        _ transport: MemoryTransport
    ) async throws -> ServiceHost {
        let own = [
            "data": "\(folder)/\(data)", "listen": "memory://embedder",
            "publish": "memory://embedder-events", "health-port": "0",
        ]
        return try await ServiceHost.start(
            EmbedderDefinition.definition,
            settings: own.merging(ArchiveService.peerSettings) { $1 }.merging(
                TrainerStandIn.peerSettings
            ) { $1 },
            transport: transport
        )
    }

    /// Stops the embedder as SIGTERM does and starts it again.
    ///
    /// - Parameter data: another name: it knows nothing any more.
    func restart(data: String = "embedder") async throws {
        await self.running.withLock { $0 }.stop()
        let host = try await Self.startEmbedder(in: self.folder, data: data, self.transport)
        self.running.withLock { $0 = host }
    }

    /// The text of /metrics.
    var metricsText: String { self.running.withLock { $0 }.metrics.text() }

    func generations() async throws -> FetchGenerations.Reply {
        try await self.client.call(FetchGenerations())
    }

    /// Waits until a generation serves with so many embeddings, and nothing is left to do.
    func waitUntilServing(_ fingerprint: Fingerprint, count: UInt64) async throws -> Bool {
        try await eventually(within: .seconds(60), every: .milliseconds(20)) {
            let reply = try await self.generations()
            let serving = reply.generations.first { $0.fingerprint == fingerprint }
            return reply.serving == fingerprint && serving?.count == count
        }
    }

    /// The embedder's log.
    func log() async throws -> [EventEntry] {
        var entries: [EventEntry] = []
        while true {
            let request = FetchEvents(
                logID: nil,
                after: entries.last?.seq ?? 0,
                limit: 1_000,
                waitMilliseconds: 0
            )
            let page = try await self.client.call(request).events.map {
                EventEntry(seq: $0.seq, kind: $0.kind, body: $0.body)
            }
            guard !page.isEmpty else { return entries }
            entries += page
        }
    }

    func events<Event: WireEvent>(_ type: Event.Type) async throws -> [Event] {
        try await self.log().filter { $0.kind == Event.kind }.map { try Event(decoding: $0.body) }
    }

    func embeddings(of slices: [ArchivedSlice], _ fingerprint: Fingerprint?) async throws -> [Embedding?] {
        let request = FetchEmbeddings(sliceIDs: slices.map(\.metadata.sliceID), fingerprint: fingerprint)
        return try await self.client.call(request).embeddings
    }
}

/// One event of a log.
struct EventEntry: Equatable {
    let seq: UInt64
    let kind: MessageKind
    let body: [UInt8]
}
