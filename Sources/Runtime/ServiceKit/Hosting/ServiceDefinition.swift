package import Storage
package import Wire

/// The version of all programs of this release.
package enum Release {
    /// As `--version`, hello and the metrics tell it.
    package static let version = "0.1.0"
}

/// The ports on which a service listens when nobody says otherwise.
package struct ServicePorts: Sendable, Equatable {
    /// Requests over nng; nil: the service answers none.
    package let requests: UInt16?
    /// Published doorbells over nng.
    package let events: UInt16?
    /// `/livez`, `/readyz` and `/metrics` over HTTP.
    package let health: UInt16

    /// A service that answers and tells.
    package init(requests: UInt16, events: UInt16, health: UInt16) {
        self.requests = requests
        self.events = events
        self.health = health
    }

    /// A service that is only a client.
    package init(health: UInt16) {
        requests = nil
        events = nil
        self.health = health
    }
}

/// Where a service keeps its tables.
package enum ServiceStorage: Sendable {
    /// `<data>/state.sqlite`: everything survives.
    case eventLog
    /// In memory: for services which can rebuild everything. The log id is new at each start.
    case volatile
}

/// A service that another one asks or follows.
package struct ServicePeer: Sendable, Hashable {
    /// The number on the wire.
    package let number: ServiceNumber
    let requestsPort: UInt16
    let eventsPort: UInt16

    /// The name in settings and logs.
    package var name: String { number.name }

    /// Takes slices in.
    package static let ingest = ServicePeer(number: .ingest, requestsPort: 7401, eventsPort: 7402)
    /// Makes labeled pairs.
    package static let labeler = ServicePeer(number: .labeler, requestsPort: 7411, eventsPort: 7412)
    /// Makes models.
    package static let trainer = ServicePeer(number: .trainer, requestsPort: 7421, eventsPort: 7422)
    /// Makes vectors.
    package static let embedder = ServicePeer(number: .embedder, requestsPort: 7431, eventsPort: 7432)
    /// Searches.
    package static let index = ServicePeer(number: .index, requestsPort: 7441, eventsPort: 7442)

    /// Where its requests go.
    var address: Setting<String> {
        .text(
            "\(name)-address",
            default: "tcp://127.0.0.1:\(requestsPort)",
            help: "where \(name) answers requests"
        )
    }

    /// Where its doorbell rings.
    var eventsAddress: Setting<String> {
        .text(
            "\(name)-events-address",
            default: "tcp://127.0.0.1:\(eventsPort)",
            help: "where \(name) publishes its events"
        )
    }
}

/// One service as a process: its name, ports, tables and settings, and what it answers, follows and does.
package struct ServiceDefinition: Sendable {
    /// The program's name.
    package let name: String
    /// The number on the wire.
    package let number: ServiceNumber
    /// One line for `--help`.
    package let summary: String
    /// Where it listens by default.
    package let ports: ServicePorts
    /// Whether its state outlives the process.
    package let storage: ServiceStorage
    /// The services it talks to.
    package let peers: [ServicePeer]
    /// Its own tables.
    package let migrations: [Migration]
    /// How far the process stands back when there is more to do than the machine can: 0 not at all, 19 last.
    package let niceness: Int32
    let ownSettings: [any DeclaredSetting]
    let setUp: @Sendable (ServiceHost) async throws -> Void

    /// Describes a service.
    ///
    /// - Parameters:
    ///   - name: lowercase; part of every environment variable.
    ///   - settings: those of the service's own; the standard ones exist already.
    ///   - migrations: the service's own tables; those of the kit exist already.
    ///   - niceness: how far the process stands back, 0...19.
    ///   - setUp: registers what the service answers, follows and does; it runs before anything listens.
    package init(
        name: String,
        number: ServiceNumber,
        summary: String,
        ports: ServicePorts,
        storage: ServiceStorage = .eventLog,
        peers: [ServicePeer] = [],
        settings: [any DeclaredSetting] = [],
        migrations: [Migration] = [],
        niceness: Int32 = 0,
        setUp: @escaping @Sendable (ServiceHost) async throws -> Void
    ) {
        self.name = name
        self.number = number
        self.summary = summary
        self.ports = ports
        self.storage = storage
        self.peers = peers
        self.migrations = migrations
        self.niceness = niceness
        self.setUp = setUp
        ownSettings = settings
    }

    /// Every setting: standard ones, peers, the service's own.
    package var settings: [any DeclaredSetting] {
        let standard = StandardSettings(self)
        return standard.all + peers.flatMap { [$0.address, $0.eventsAddress] } + ownSettings
    }

    /// Every table: those of the kit, then the service's own.
    var allMigrations: [Migration] {
        [
            EventLog.migration, ReplyMemory.migration, WorkQueue.migration, JobCenter.migration,
            Follower.migration,
        ] + migrations
    }
}
