private import Contracts
private import Lungs
package import Messaging
private import ServiceKit
private import Storage
private import Synchronization
private import Wire

/// A stand-in for ingest in tests of other services: a real service with ingest's log, whose slices are phantoms.
package final class ArchiveService: Sendable {
    private let content: Content
    private let host: ServiceHost

    /// How many slices' pixels or lungs were fetched so far.
    package var fetchCount: Int { self.content.state.withLock(\.fetchCount) }

    private init(content: Content, host: ServiceHost) {
        self.content = content
        self.host = host
    }

    /// Starts it where `peerSettings` leads to.
    ///
    /// - Parameter folder: its data folder.
    package static func start(in folder: String, transport: any Transport) async throws -> ArchiveService {
        let content = Content()
        let definition = ServiceDefinition(
            name: "ingest",
            number: .ingest,
            summary: "serves phantom slices",
            ports: ServicePorts(requests: 7401, events: 7402, health: 7409)
        ) { host in
            host.on(FetchPixels.self) { request, _ in try content.pixels(of: request.sliceID) }
            host.on(FetchLungs.self) { request, _ in content.lungs(of: request.sliceIDs) }
            host.on(FetchMetadata.self) { request, _ in
                FetchMetadata.Reply(slices: request.sliceIDs.map { content[$0]?.metadata })
            }
        }
        let settings = [
            "data": folder, "listen": "memory://ingest", "publish": "memory://ingest-events",
            "health-port": "0",
        ]
        let host = try await ServiceHost.start(definition, settings: settings, transport: transport)
        return ArchiveService(content: content, host: host)
    }

    /// Settings with which a service finds this one.
    package static let peerSettings = [
        "ingest-address": "memory://ingest", "ingest-events-address": "memory://ingest-events",
    ]

    /// Stores slices: one event each, as ingest does it.
    package func store(_ added: [ArchivedSlice]) async throws {
        self.content.state.withLock { state in
            for slice in added { state.slices[slice.metadata.sliceID] = slice }
        }
        let events = self.host.events
        try await self.host.database.write { transaction in
            for slice in added {
                let key = slice.metadata.sliceID.description
                try events.append(SliceStored(slice: slice.metadata), key: key, in: transaction)
            }
        }
    }

    /// Removes a slice and tells of it.
    package func remove(_ slice: ArchivedSlice) async throws {
        let metadata = slice.metadata
        self.content.state.withLock { _ = $0.slices.removeValue(forKey: metadata.sliceID) }
        let events = self.host.events
        try await self.host.database.write { transaction in
            let event = SliceRemoved(sliceID: metadata.sliceID, seriesID: metadata.seriesID)
            try events.append(event, key: metadata.sliceID.description, in: transaction)
        }
    }

    /// Loses a slice without telling of it.
    package func lose(_ slice: ArchivedSlice) {
        let sliceID = slice.metadata.sliceID
        self.content.state.withLock { _ = $0.slices.removeValue(forKey: sliceID) }
    }

    /// Ends the service.
    package func stop() async { await self.host.stop() }
}

/// The slices, shared with the routes.
private final class Content: Sendable {
    struct State {
        var slices: [Identifier: ArchivedSlice] = [:]
        var fetchCount = 0
    }

    let state = Mutex(State())

    subscript(sliceID: Identifier) -> ArchivedSlice? { self.state.withLock { $0.slices[sliceID] } }

    func lungs(of sliceIDs: [Identifier]) -> FetchLungs.Reply {
        self.state.withLock { $0.fetchCount += sliceIDs.count }
        return FetchLungs.Reply(
            lungs: sliceIDs.map { self[$0] }.map { found in
                found.map { FoundLungs(in: $0.slice) }
            }
        )
    }

    func pixels(of sliceID: Identifier) throws -> FetchPixels.Reply {
        let slice = self.state.withLock { state in
            state.fetchCount += 1
            return state.slices[sliceID]
        }
        guard let slice else { throw Refusal(.notFound, "no slice has this id") }
        return FetchPixels.Reply(slice: SlicePixels(slice.slice))
    }
}
