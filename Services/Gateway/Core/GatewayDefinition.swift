import Contracts
import LineProtocol
import Logging
import Messaging
package import ServiceKit
import Storage
import Wire

/// Keys of the gateway, with defaults and ranges; `gateway --help` lists them.
enum GatewaySettings {
    static let host = Setting.text("host", default: "127.0.0.1", help: "Address of the line protocol's port.")
    static let port = Setting.integer(
        "port",
        default: 7450,
        in: 0...65535,
        help: "The line protocol's port; 0: from the system."
    )
    static let indexNodes = Setting.text(
        "index-nodes",
        default: "tcp://127.0.0.1:7441",
        help: "Addresses of the index nodes, parted by commas."
    )
    static let tokens = Setting.secret(
        "tokens",
        help:
            "One token a line: name role sha256. Roles: reader, writer, admin. None: everybody is admin, loopback only."
    )
    static let openToAll = Setting.flag(
        "open-to-all",
        default: false,
        help: "Listen beyond loopback although there are no tokens: everybody who reaches the port is admin."
    )
    static let connections = Setting.integer(
        "connections",
        default: 256,
        in: 1...10_000,
        help: "Most clients at once."
    )
    static let idle = Setting.seconds(
        "idle-timeout",
        default: .seconds(300),
        in: .seconds(5) ... .seconds(86_400),
        help: "A client that is silent this long is disconnected."
    )
    static let shardTimeout = Setting.seconds(
        "shard-timeout",
        default: .seconds(5),
        in: .milliseconds(50) ... .seconds(60),
        help: "A shard of the index that has not answered after this long makes a search -PARTIAL."
    )
    static let certificate = Setting.text(
        "certificate",
        default: "",
        help: "PEM file: the port speaks TLS when given."
    )
    static let key = Setting.text(
        "certificate-key",
        default: "",
        help: "PEM file of the certificate's private key."
    )

    static let all: [any DeclaredSetting] = [
        host, port, indexNodes, tokens, openToAll, connections, idle, shardTimeout, certificate, key,
    ]
}

/// The gateway as a process: what it listens on, asks and keeps.
package enum GatewayDefinition {
    package static let definition = ServiceDefinition(
        name: "gateway",
        number: .gateway,
        summary: "answers people and programs over a simple line-based TCP protocol",
        ports: ServicePorts(health: 7459),
        peers: [.ingest, .labeler, .trainer, .embedder],
        settings: GatewaySettings.all,
        migrations: [AuditTrail.migration]
    ) { host in
        let nodes = try Self.nodes(host)
        let router = try Self.router(host, nodes: nodes)
        host.background("index nodes") {
            while true {
                await nodes.refresh()
                try await Task.sleep(for: .seconds(1))
            }
        }
        host.requireReady("index") { nodes.whyNotReady }
        let server = try await LineServer.bound(to: Self.options(host), logger: host.logger)
        host.logger.notice("line protocol is open", metadata: ["port": "\(server.port)"])
        // Whoever asked for port 0 finds the system's choice here, and in endpoints.json.
        try host.publishEndpoint("lines", port: server.port)
        try DurableFile.write(Array("\(server.port)\n".utf8), to: "\(host.dataFolder)/port")
        host.background("lines") {
            try await server.run { GatewaySession(router: router) }
        }
    }

    private static func nodes(_ host: ServiceHost) throws -> NodeDirectory {
        let addresses = host.settings[GatewaySettings.indexNodes].split(separator: ",")
        let clients = try addresses.map { text in
            let address = try Address(text.trimmingBlanks)
            return ServiceClient(
                requester: try host.transport.requester(
                    to: address,
                    receiveLimit: Limits.bulkFrameBytesMaximum
                ),
                name: text.trimmingBlanks
            )
        }
        return NodeDirectory(clients: clients, timeout: host.settings[GatewaySettings.shardTimeout])
    }

    /// G-09: whoever reaches an open port may do everything, so an open port is on loopback.
    private static func checkExposure(_ settings: Settings, access: AccessControl) throws {
        let host = settings[GatewaySettings.host]
        guard Self.isLoopback(host) || !access.isOpen || settings[GatewaySettings.openToAll] else {
            throw ConfigurationError([
                "host: \(host) is no loopback address and there are no tokens: give tokens, or --open-to-all true"
            ])
        }
    }

    /// A name that only begins like an address (`127.example.org`) may be anywhere.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func router(_ host: ServiceHost, nodes: NodeDirectory) throws -> GatewayRouter {
        let access: AccessControl
        do {
            access = try AccessControl(tokenLines: host.settings[GatewaySettings.tokens])
        } catch {
            throw ConfigurationError(["tokens: \(error)"])
        }
        try Self.checkExposure(host.settings, access: access)
        let metrics = GatewayMetrics(host.metrics)
        let ingest = try host.client(of: .ingest)
        let embedder = try host.client(of: .embedder)
        let service = GatewayService(
            ingest: ingest,
            labeler: try host.client(of: .labeler),
            trainer: try host.client(of: .trainer),
            embedder: embedder,
            search: SearchService(
                ingest: ingest,
                embedder: embedder,
                nodes: nodes,
                stages: metrics.stages
            ),
            bulkByteCountMaximum: Self.bulkByteCountMaximum
        )
        return GatewayRouter(
            access: access,
            audit: AuditTrail(database: host.database, now: host.clock.now),
            service: service,
            bulkByteCountMaximum: Self.bulkByteCountMaximum,
            logger: host.logger,
            metrics: metrics
        )
    }

    /// An object travels to ingest in one frame: a header, its length and the request's tags must fit beside it.
    private static let bulkByteCountMaximum = Limits.bulkFrameBytesMaximum - 4096

    private static func options(_ host: ServiceHost) -> LineServer.Options {
        let settings = host.settings
        var options = LineServer.Options(
            host: settings[GatewaySettings.host],
            port: settings[GatewaySettings.port],
            limits: LineLimits(bulkByteCount: Self.bulkByteCountMaximum)
        )
        options.connectionsMaximum = settings[GatewaySettings.connections]
        options.idleTimeout = settings[GatewaySettings.idle]
        options.certificateFile = settings[GatewaySettings.certificate].nonEmpty
        options.keyFile = settings[GatewaySettings.key].nonEmpty
        return options
    }
}

extension StringProtocol {
    /// nil for an empty text.
    fileprivate var nonEmpty: String? { self.isEmpty ? nil : String(self) }

    fileprivate var trimmingBlanks: String { String(self.drop { $0 == " " }.prefix { $0 != " " }) }
}
