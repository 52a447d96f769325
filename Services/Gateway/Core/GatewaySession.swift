import LineProtocol
import Logging
import NIOCore
import ServiceKit

/// One connection: who it speaks for, and its commands one after another.
struct GatewaySession: CommandSession {
    let router: GatewayRouter
    private var client: Client?
    private var connectionName = ""

    init(router: GatewayRouter) {
        self.router = router
        self.client = router.access.isOpen ? .local : nil
    }

    mutating func answer(_ words: [ByteBuffer]) async -> (reply: Reply, isLast: Bool) {
        var words = Words(words)
        let start = ContinuousClock.now
        let name = (try? words.keyword("command")) ?? ""
        let reply: Reply
        do {
            reply = try await self.reply(to: name, &words)
        } catch {
            reply = GatewayFailure.describe(error, logger: self.router.logger).reply
        }
        self.router.observe(name, reply, seconds: start.duration(to: .now))
        return (reply, name == "QUIT")
    }

    private mutating func reply(to name: String, _ words: inout Words) async throws -> Reply {
        switch name {
        case "PING": return words.isEmpty ? .status("PONG") : .bytes(try words.bytes("text"))
        case "QUIT": return .status("OK")
        case "HELLO": return try await self.hello(&words)
        case "AUTH": return try await self.authenticate(&words)
        case "HELP": return try HelpText.reply(&words)
        case "COMMAND": return try HelpText.commandReply(&words)
        case "CLIENT": return try self.clientReply(&words)
        case "CONFIG": return try Self.configReply(&words)
        default: return try await self.router.answer(name, &words, client: self.client)
        }
    }

    private mutating func hello(_ words: inout Words) async throws -> Reply {
        if !words.isEmpty {
            let version = try words.text("protocol version")
            guard version == "2" else {
                throw CommandFailure(.init(rawValue: "NOPROTO"), "this gateway speaks RESP2")
            }
        }
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "AUTH":
                _ = try words.text("name")
                try await self.authenticate(token: try words.bytes("token"))
            case "SETNAME": self.connectionName = try words.text("name")
            default: throw CommandFailure(.badArgument, "HELLO takes AUTH and SETNAME")
            }
        }
        guard self.client != nil else {
            throw CommandFailure(.notAuthenticated, "HELLO 2 AUTH name token, or AUTH token, comes first")
        }
        return .fields([
            "server": .text("carina"), "version": .text(Release.version), "proto": .integer(2),
            "mode": .text("standalone"), "role": .text(self.client?.role.rawValue ?? "none"),
            "bulk-maximum": .integer(Int64(self.router.bulkByteCountMaximum)), "modules": .list([]),
        ])
    }

    /// `AUTH token` or `AUTH name token`.
    private mutating func authenticate(_ words: inout Words) async throws -> Reply {
        if words.count == 2 { _ = try words.text("name") }
        let token = try words.bytes("token")
        try words.end()
        try await self.authenticate(token: token)
        return .status("OK")
    }

    private mutating func authenticate(token: [UInt8]) async throws {
        if self.router.access.isOpen { return }
        guard let client = self.router.access.client(token: token) else {
            try await self.router.audit.record(
                client: self.client?.name ?? "-",
                command: "AUTH",
                [AuditTrail.Entry(object: "", outcome: "NOAUTH")]
            )
            throw CommandFailure(.notAuthenticated, "this token is not known")
        }
        self.client = client
    }

    private mutating func clientReply(_ words: inout Words) throws -> Reply {
        switch try words.keyword("subcommand") {
        case "SETNAME":
            self.connectionName = try words.text("name")
            return .status("OK")
        case "GETNAME": return .text(self.connectionName)
        case "SETINFO": return .status("OK")
        case "ID": return .integer(1)
        default: throw CommandFailure(.badArgument, "CLIENT takes SETNAME, GETNAME, SETINFO and ID")
        }
    }

    /// redis-benchmark asks for `save` and `appendonly`; there is nothing of the kind here.
    private static func configReply(_ words: inout Words) throws -> Reply {
        guard try words.keyword("subcommand") == "GET" else {
            throw CommandFailure(.badArgument, "settings are given at the start; CONFIG GET only")
        }
        return .list([.text(try words.text("name")), .text("")])
    }
}
