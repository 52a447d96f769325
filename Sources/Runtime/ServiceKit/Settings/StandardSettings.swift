internal import FoundationEssentials
internal import Logging
internal import Messaging

/// The settings which every service has, with the rules between them.
struct StandardSettings: Sendable {
    let data: Setting<String>
    let listen: Setting<String>?
    let publish: Setting<String>?
    let healthHost = Setting.text(
        "health-host",
        default: "127.0.0.1",
        help: "address on which /livez, /readyz and /metrics listen"
    )
    let healthPort: Setting<Int>
    let logLevel = Setting.choice(
        "log-level",
        default: "info",
        among: Logger.Level.allCases.map(\.rawValue),
        help: "least important records that are written"
    )
    let logFormat = Setting.choice(
        "log-format",
        default: LogFormat.text.rawValue,
        among: LogFormat.allCases.map(\.rawValue),
        help: "how lines of the log look"
    )
    let workers = Setting.integer(
        "workers",
        default: 8,
        in: 1...256,
        help: "requests that are answered at once"
    )
    let insecureBind = Setting.flag(
        "insecure-bind",
        default: false,
        help: "listen beyond loopback without TLS"
    )
    let authority = Setting.text("tls-authority", help: "PEM file of the authority of all peers")
    let certificate = Setting.text(
        "tls-certificate",
        help: "PEM file with this service's certificate and key"
    )
    let serverName = Setting.text(
        "tls-server-name",
        help: "name which peers' certificates must carry; empty: the host of the address"
    )
    private let peers: [ServicePeer]

    init(_ definition: ServiceDefinition) {
        let ports = definition.ports
        peers = definition.peers
        data = .text(
            "data",
            default: "carina-data/\(definition.name)",
            help: "folder of this service's state; the only one that is written"
        )
        listen = ports.requests.map {
            .text(
                "listen",
                default: "tcp://127.0.0.1:\($0)",
                help: "nng address for requests (tcp, tls+tcp, ipc)"
            )
        }
        publish = ports.events.map {
            .text("publish", default: "tcp://127.0.0.1:\($0)", help: "nng address for published events")
        }
        healthPort = .integer(
            "health-port",
            default: Int(ports.health),
            in: 0...65_535,
            help: "port of /livez, /readyz and /metrics; 0: one from the system"
        )
    }

    var all: [any DeclaredSetting] {
        var settings: [any DeclaredSetting] = [data]
        if let listen { settings.append(listen) }
        if let publish { settings.append(publish) }
        settings +=
            [healthHost, healthPort, logLevel, logFormat, workers, insecureBind] as [any DeclaredSetting]
        return settings + [authority, certificate, serverName] as [any DeclaredSetting]
    }

    /// Who this service is to its peers; nil without certificates.
    func identity(_ settings: Settings) -> TLSIdentity? {
        guard !settings[authority].isEmpty, !settings[certificate].isEmpty else { return nil }
        return TLSIdentity(
            authorityFile: settings[authority],
            certificateFile: settings[certificate],
            serverName: settings[serverName].isEmpty ? nil : settings[serverName]
        )
    }

    /// The address of a setting. With certificates, a default address is encrypted too.
    func address(_ setting: Setting<String>, in settings: Settings) throws(MessagingError) -> Address {
        let text = settings[setting]
        let isDefault = !settings.isGiven(setting)
        let isEncrypted = isDefault && identity(settings) != nil && text.hasPrefix("tcp://")
        return try Address(isEncrypted ? "tls+\(text)" : text)
    }

    /// Every rule that the settings break together, one line each.
    func problems(_ settings: Settings) -> [String] {
        var problems: [String] = []
        if settings[data].isEmpty { problems.append("data: a folder is needed") }
        let hasIdentity = identity(settings) != nil
        if settings[authority].isEmpty != settings[certificate].isEmpty {
            problems.append("tls-authority and tls-certificate are only useful together")
        }
        for file in [authority, certificate] where !settings[file].isEmpty {
            if !FileManager.default.isReadableFile(atPath: settings[file]) {
                problems.append("\(file.key): the file cannot be read")
            }
        }
        for setting in [listen, publish].compactMap({ $0 }) {
            problems += problemsOfBinding(setting, settings, hasIdentity: hasIdentity)
        }
        for setting in peers.flatMap({ [$0.address, $0.eventsAddress] }) {
            do {
                let address = try address(setting, in: settings)
                if address.scheme == .tls && !hasIdentity {
                    problems.append("\(setting.key): tls+tcp needs tls-authority and tls-certificate")
                }
            } catch {
                problems.append("\(setting.key): \(error.text)")
            }
        }
        let host = settings[healthHost]
        if !Self.isLoopback(host) && !hasIdentity && !settings[insecureBind] {
            problems.append(Self.refusal(healthHost.key))
        }
        return problems
    }

    private func problemsOfBinding(
        _ setting: Setting<String>,
        _ settings: Settings,
        hasIdentity: Bool
    ) -> [String] {
        do {
            let address = try address(setting, in: settings)
            switch address.scheme {
            case .tls where !hasIdentity:
                return ["\(setting.key): tls+tcp needs tls-authority and tls-certificate"]
            case .tcp where !Self.isLoopback(address.host ?? "") && !settings[insecureBind]:
                return [Self.refusal(setting.key)]
            case .tcp, .tls, .ipc, .memory:
                return []
            }
        } catch {
            return ["\(setting.key): \(error.text)"]
        }
    }

    private static func refusal(_ key: String) -> String {
        "\(key): not a loopback address; give tls-authority and tls-certificate, or --insecure-bind true"
    }

    /// Whether only this machine can reach a host. Names other than localhost count as reachable.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
