import Logging
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Wire

/// A small service of the tests: deposits change its total and are told in its log.
enum Bank {

    static let migration = Migration(
        name: "bank 1",
        sql: "CREATE TABLE deposits(number INTEGER PRIMARY KEY AUTOINCREMENT, amount INTEGER NOT NULL) STRICT"
    )

    /// A deposit of 13 is refused after it was booked: the booking must vanish with the refusal.
    static let refusedAmount: UInt32 = 13

    static func definition(
        peers: [ServicePeer] = [],
        extra: @escaping @Sendable (ServiceHost) async throws -> Void = { _ in }
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: "ingest",
            number: .ingest,
            summary: "books deposits",
            ports: ServicePorts(requests: 7401, events: 7402, health: 7409),
            peers: peers,
            migrations: [migration]
        ) { host in
            host.on(Total.self) { _, _ in
                let sum = try await host.database.read {
                    try $0.row("SELECT total(amount) AS sum FROM deposits")?.real("sum") ?? 0
                }
                return Total.Reply(value: UInt32(sum))
            }
            host.onChanging(Deposit.self) { request, _, transaction in
                try book(request.amount, of: host, in: transaction)
            }
            host.onChangingAsync(SlowDeposit.self) { request, _ in
                await Task.yield()
                return { transaction in try book(request.amount, of: host, in: transaction) }
            }
            try await extra(host)
        }
    }

    private static func book(
        _ amount: UInt32,
        of host: ServiceHost,
        in transaction: Transaction
    ) throws -> Total.Reply {
        try transaction.execute("INSERT INTO deposits(amount) VALUES (?)", amount)
        try host.events.append(Deposited(amount: amount), key: "deposit", in: transaction)
        if amount == refusedAmount { throw Refusal(.badArgument, "an unlucky amount") }
        let sum = try transaction.row("SELECT total(amount) AS sum FROM deposits")?.real("sum") ?? 0
        return Total.Reply(value: UInt32(sum))
    }
}

/// A service of the tests which copies the bank's log into a table of its own.
enum Mirror {
    static let migration = Migration(
        name: "mirror 1",
        sql:
            "CREATE TABLE copies(number INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER, amount INTEGER) STRICT"
    )

    static func definition(
        mayThrow: @escaping @Sendable (EventRecord) throws -> Void = { _ in }
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: "labeler",
            number: .labeler,
            summary: "copies deposits",
            ports: ServicePorts(requests: 7411, events: 7412, health: 7419),
            peers: [.ingest],
            migrations: [migration]
        ) { host in
            try host.follow(.ingest, onReplaced: { try $0.execute("DELETE FROM copies") }) {
                transaction,
                event in
                let amount = try event.decode(Deposited.self).amount
                try transaction.execute("INSERT INTO copies(seq, amount) VALUES (?, ?)", event.seq, amount)
                // Thrown after the effect, so that only the rollback keeps it from counting twice.
                try mayThrow(event)
            }
        }
    }

    /// The copied places in the order in which they took effect.
    static func copies(of host: ServiceHost) async throws -> [Int64] {
        try await host.database.read {
            try $0.rows("SELECT seq FROM copies ORDER BY number").map { try $0.int("seq") }
        }
    }
}

/// Body of one number.
protocol OneNumber: WireBody {
    init(amount: UInt32)
    var amount: UInt32 { get }
}

extension OneNumber {
    static var schema: UInt8 { 1 }

    init(from reader: inout FrameReader) throws(WireError) {
        self.init(amount: try reader.integer("amount"))
    }

    func encode(into writer: inout FrameWriter) {
        writer.integer(amount)
    }
}

struct Deposit: OneNumber, WireRequest {
    typealias Reply = Total.Reply
    static let kind = MessageKind(.ingest, 0x7A)
    static let changesState = true
    var amount: UInt32
}

struct SlowDeposit: OneNumber, WireRequest {
    typealias Reply = Total.Reply
    static let kind = MessageKind(.ingest, 0x7B)
    static let changesState = true
    var amount: UInt32
}

struct Deposited: OneNumber, WireEvent {
    static let kind = MessageKind(.ingest, 0xFA)
    var amount: UInt32
}

struct Total: WireRequest {
    struct Reply: OneNumber, Equatable {
        var amount: UInt32
        init(amount: UInt32) { self.amount = amount }
        init(value: UInt32) { amount = value }
    }

    static let kind = MessageKind(.ingest, 0x7C)
    static let schema: UInt8 = 1
    init() {}
    init(from reader: inout FrameReader) throws(WireError) {}
    func encode(into writer: inout FrameWriter) {}
}

extension HostEnvironment {
    /// Impatient, so that tests end soon.
    static var test: HostEnvironment {
        var environment = HostEnvironment()
        environment.heartbeat = .milliseconds(20)
        environment.timing.pauseMinimum = .milliseconds(1)
        environment.timing.pauseMaximum = .milliseconds(10)
        environment.timing.silence = .milliseconds(200)
        environment.timing.batch = 7
        return environment
    }
}

extension ServiceHost {
    /// Starts a service of a test over a transport, with its state below a folder.
    static func test(
        _ definition: ServiceDefinition,
        in folder: String,
        over transport: any Transport,
        environment: HostEnvironment = .test,
        settings: [String: String] = [:]
    ) async throws -> ServiceHost {
        var texts = [
            "data": folder + "/" + definition.name, "listen": "memory://\(definition.name)",
            "publish": "memory://\(definition.name)-events", "health-port": "0",
        ]
        for peer in definition.peers {
            texts["\(peer.number.name)-address"] = "memory://\(peer.number.name)"
            texts["\(peer.number.name)-events-address"] = "memory://\(peer.number.name)-events"
        }
        if definition.ports.requests == nil {
            texts["listen"] = nil
            texts["publish"] = nil
        }
        texts.merge(settings) { _, new in new }
        return try await start(definition, settings: texts, transport: transport, environment: environment)
    }

    /// The number which a query calls `n`.
    func number(_ sql: String) async throws -> Int64 {
        try await database.read { try $0.row(sql)?.int("n") ?? -1 }
    }
}

/// Counts from any thread.
final class Tally: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

/// A time which stands until it is moved.
final class ManualClock: Sendable {
    private let milliseconds = Mutex<UInt64>(1_800_000_000_000)

    var clock: WallClock { WallClock { self.milliseconds.withLock { $0 } } }

    func advance(by duration: Duration) {
        milliseconds.withLock { $0 += UInt64(duration.inSeconds * 1_000) }
    }
}
