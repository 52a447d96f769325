import Storage
import TestKit
import Testing
import Wire

@testable import ServiceKit

@Suite("The event log")
struct EventLogTests {
    private struct Interruption: Error {}

    private func append(_ amounts: [UInt32], to log: EventLog, of database: StateDatabase) async throws {
        try await database.write { transaction in
            for amount in amounts {
                try log.append(Deposited(amount: amount), key: "k\(amount)", in: transaction)
            }
        }
    }

    @Test("a restart keeps the log's id, its events and its count; a failed change leaves no gap")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/state.sqlite"
            let first = try StateDatabase(path: path, migrations: [EventLog.migration])
            let log = try await EventLog(database: first)
            #expect(log.headSeq == 0)
            try await append([1, 2], to: log, of: first)
            await #expect(throws: Interruption.self) {
                try await first.write { transaction in
                    try log.append(Deposited(amount: 99), key: "", in: transaction)
                    throw Interruption()
                }
            }
            #expect(log.headSeq == 2)
            try await append([3], to: log, of: first)
            try first.close()

            let second = try StateDatabase(path: path, migrations: [EventLog.migration])
            let again = try await EventLog(database: second)
            #expect(again.logID == log.logID)
            #expect(again.headSeq == 3)
            try await append([4], to: again, of: second)
            let batch = try await again.read(after: 0, limit: 10)
            #expect(batch.events.map(\.seq) == [1, 2, 3, 4])
            #expect(try batch.events.map { try $0.decode(Deposited.self).amount } == [1, 2, 3, 4])
            #expect(batch.events.map(\.key) == ["k1", "k2", "k3", "k4"])
            #expect(batch.firstSeq == 1)
            #expect(batch.headSeq == 4)
        }
    }

    @Test("two data folders have two log ids")
    func identities() async throws {
        let first = try await EventLog(database: StateDatabase(inMemory: [EventLog.migration]))
        let second = try await EventLog(database: StateDatabase(inMemory: [EventLog.migration]))
        #expect(first.logID != second.logID)
    }

    @Test("reading stops at the limits but always moves on")
    func limits() async throws {
        let database = try StateDatabase(inMemory: [EventLog.migration])
        let log = try await EventLog(database: database)
        #expect(try await log.read(after: 0, limit: 5).firstSeq == 0)
        try await append(Array(1...9), to: log, of: database)
        #expect(try await log.read(after: 3, limit: 2).events.map(\.seq) == [4, 5])
        // A body has 4 bytes and a key 2: two events fit into 13 bytes, and one comes even if it does not fit.
        #expect(try await log.read(after: 0, limit: 9, byteCountMaximum: 13).events.map(\.seq) == [1, 2])
        #expect(try await log.read(after: 8, limit: 9, byteCountMaximum: 1).events.map(\.seq) == [9])
        #expect(try await log.read(after: .max, limit: 9).events.isEmpty)
    }

    @Test("many commits make one ring for each kind, with the newest event")
    func news() async throws {
        let database = try StateDatabase(inMemory: [EventLog.migration])
        let log = try await EventLog(database: database)
        for amount in 1...5 { try await append([UInt32(amount)], to: log, of: database) }
        let news = log.takeNews()
        #expect(news == [EventLog.News(kind: Deposited.kind, seq: 5, key: "k5")])
        #expect(log.takeNews().isEmpty)
    }

    @Test("who waits for an event is woken by the commit, and at once when it is there already")
    func waiting() async throws {
        let database = try StateDatabase(inMemory: [EventLog.migration])
        let log = try await EventLog(database: database)
        async let waited: Void = log.waitForEvent(after: 0, atMost: .seconds(60))
        try await append([1], to: log, of: database)
        await waited
        await log.waitForEvent(after: 0, atMost: .seconds(60))
        await log.waitForEvent(after: 1, atMost: .milliseconds(1))
        #expect(log.headSeq == 1)
    }
}
