import Contracts
import LineProtocol
import Logging
import ServiceKit
import Wire

/// From a command's name to the call that answers it; checks the role before and keeps the audit trail.
struct GatewayRouter: Sendable {
    let access: AccessControl
    let audit: AuditTrail
    let service: GatewayService
    let bulkByteCountMaximum: Int
    let logger: Logger
    let metrics: GatewayMetrics

    /// G-08: nothing is looked up for a client that may not ask. G-10: the trail is written before the answer.
    func answer(_ name: String, _ words: inout Words, client: Client?) async throws -> Reply {
        guard let command = CommandTable.find(name) else {
            throw CommandFailure(.general, "unknown command '\(name.prefix(32))'; HELP lists them")
        }
        let asked = words.auditObject
        do {
            try Self.authorize(command, client: client)
            let reply = try await self.dispatch(name, &words)
            if command.isAudited {
                let entries = AuditTrail.results(of: reply, of: command.name, asked: asked)
                let start = ContinuousClock.now
                try await self.record(client, command, entries)
                if name == "SEARCH" { self.metrics.stages.note("trail", since: start) }
            }
            return reply
        } catch {
            let failure = GatewayFailure.describe(error, logger: self.logger)
            let isDenial = [.notAuthenticated, .notPermitted].contains(failure.code)
            if command.isAudited || isDenial {
                let entry = AuditTrail.Entry(object: asked, outcome: failure.code.rawValue)
                try await self.record(client, command, [entry])
            }
            throw failure
        }
    }

    /// Counts one answered command.
    func observe(_ name: String, _ reply: Reply, seconds: Duration) {
        let known = CommandTable.find(name)?.name ?? "unknown"
        var outcome = "ok"
        if case .failure(let code, _) = reply { outcome = code.rawValue }
        self.metrics.observe(command: known, outcome: outcome, duration: seconds)
    }

    private static func authorize(_ command: CommandDescription, client: Client?) throws(CommandFailure) {
        guard let role = command.role else { return }
        guard let client else { throw .init(.notAuthenticated, "AUTH comes first") }
        guard client.role >= role else {
            throw .init(.notPermitted, "\(command.name) needs the role \(role.rawValue)")
        }
    }

    private func record(
        _ client: Client?,
        _ command: CommandDescription,
        _ entries: [AuditTrail.Entry]
    ) async throws {
        try await self.audit.record(client: client?.name ?? "-", command: command.name, entries)
    }

    private func dispatch(_ name: String, _ words: inout Words) async throws -> Reply {
        switch name {
        case "SEARCH":
            let command = try SearchCommand(words: &words)
            return SearchReply.describe(try await self.service.search.search(command))
        case "COMPARE": return try await self.service.compare(&words)
        case "STORE": return try await self.service.store(&words)
        case "SLICE": return try await self.service.slice(&words)
        case "PREVIEW": return try await self.service.preview(&words)
        case "DELETE": return try await self.service.delete(&words)
        case "QUARANTINE": return try await self.service.quarantine(&words)
        case "EVENTS": return try await self.service.events(&words)
        case "INFO": return await self.service.info()
        case "STATUS":
            try words.end()
            return await self.service.status()
        case "NODES":
            try words.end()
            return self.service.nodesReply()
        default: return try await self.service.operate(name, &words)
        }
    }
}
