import Contracts
import Foundation
import FoundationNetworking
import Messaging
import ServiceKit
import Storage
import TestKit
import Testing
import Wire

@Suite("A running service", .timeLimit(.minutes(1)))
struct HostTests {
    private func get(_ base: String, _ path: String) async throws -> (status: Int, body: String) {
        let url = try #require(URL(string: base + path))
        let (data, response) = try await URLSession.shared.data(from: url)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return (status, String(decoding: data, as: UTF8.self))
    }

    @Test("liveness, readiness with its reason and metrics over HTTP")
    func health() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let mirror = try await ServiceHost.test(Mirror.definition(), in: folder, over: transport)
            let base = mirror.endpoints.health
            #expect(try await get(base, "/livez") == (200, "live\n"))
            #expect(try await get(base, "/readyz") == (503, "peer ingest not met\n"))
            #expect(try await get(base, "/nothing").status == 404)
            let bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            #expect(
                try await eventually(within: .seconds(20)) { try await get(base, "/readyz").status == 200 }
            )
            let metrics = try await get(base, "/metrics")
            #expect(metrics.status == 200)
            for line in [
                "carina_build_info{service=\"labeler\",version=\"\(Release.version)\"} 1",
                "carina_follower_lag_events{peer=\"ingest\"} 0", "carina_peer_met{peer=\"ingest\"} 1",
                "carina_link_requests_total{peer=\"ingest\",outcome=\"answered\"}",
                "carina_event_log_head 0", "# TYPE carina_request_seconds histogram",
            ] { #expect(metrics.body.contains(line), "\(line) is missing") }
            await mirror.stop()
            await #expect(throws: (any Error).self) { try await get(base, "/livez") }
            await bank.stop()
        }
    }

    @Test("endpoints.json tells the ports which the system chose")
    func endpoints() async throws {
        try await withTemporaryFolder { folder in
            let host = try await ServiceHost.test(
                Bank.definition { try $0.publishEndpoint("lines", port: 4711) },
                in: folder,
                over: MemoryTransport()
            )
            let bytes = try #require(try DurableFile.read(folder + "/ingest/endpoints.json"))
            let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            #expect(object["health"] as? String == host.endpoints.health)
            #expect(host.endpoints.health.hasPrefix("http://127.0.0.1:"))
            #expect(!host.endpoints.health.hasSuffix(":0"))
            #expect(object["requests"] as? String == "memory://ingest")
            #expect(object["lines"] as? Int == 4711)
            #expect(object["pid"] as? Int == Int(ProcessInfo.processInfo.processIdentifier))
            await host.stop()
        }
    }

    @Test("two processes cannot share a data folder; a taken port and a bad setting are clear errors")
    func startFailures() async throws {
        try await withTemporaryFolder { folder in
            let first = try await ServiceHost.test(Bank.definition(), in: folder, over: MemoryTransport())
            let locked = await #expect(throws: StorageError.self) {
                try await ServiceHost.test(Bank.definition(), in: folder, over: MemoryTransport())
            }
            #expect(locked?.kind == .locked)
            let port = try #require(first.endpoints.health.split(separator: ":").last.map(String.init))
            await #expect(throws: (any Error).self) {
                try await ServiceHost.test(
                    Bank.definition(),
                    in: folder + "/other",
                    over: MemoryTransport(),
                    settings: ["health-port": port]
                )
            }
            await #expect(throws: ConfigurationError.self) {
                try await ServiceHost.test(
                    Bank.definition(),
                    in: folder,
                    over: MemoryTransport(),
                    settings: ["health-host": "0.0.0.0"]
                )
            }
            await first.stop()
            // What failed to start left no lock behind.
            let second = try await ServiceHost.test(Bank.definition(), in: folder, over: MemoryTransport())
            let other = try await ServiceHost.test(
                Bank.definition(),
                in: folder + "/other",
                over: MemoryTransport(),
                settings: ["health-port": port]
            )
            await second.stop()
            await other.stop()
        }
    }

    @Test("over nng: requests, doorbells, a follower and a drained end")
    func overNNG() async throws {
        try await withTemporaryFolder { folder in
            let transport = NNGTransport()
            let ipc = ["listen": "ipc://\(folder)/bank", "publish": "ipc://\(folder)/bank-events"]
            let peer = [
                "listen": "ipc://\(folder)/mirror", "publish": "tcp://127.0.0.1:0",
                "ingest-address": "ipc://\(folder)/bank",
                "ingest-events-address": "ipc://\(folder)/bank-events",
            ]
            // Any start order: the follower is first.
            let mirror = try await ServiceHost.test(
                Mirror.definition(),
                in: folder,
                over: transport,
                settings: peer
            )
            #expect(await mirror.readinessReasons() == ["peer ingest not met"])
            #expect(mirror.endpoints.events?.port ?? 0 > 0)
            let bank = try await ServiceHost.test(
                Bank.definition(),
                in: folder,
                over: transport,
                settings: ipc
            )
            let client = try ServiceClient(transport: transport, address: try Address("ipc://\(folder)/bank"))
            for amount in 1...20 { _ = try await client.call(Deposit(amount: UInt32(100 + amount))) }
            #expect(
                try await eventually(within: .seconds(20)) {
                    try await Mirror.copies(of: mirror) == Array(1...20)
                }
            )
            #expect(await mirror.readinessReasons().isEmpty)
            let start = ContinuousClock.now
            await bank.stop()
            await bank.stop()
            #expect(ContinuousClock.now - start < .seconds(10))
            await #expect(throws: (any Error).self) {
                try await client.call(Total(), timeout: .milliseconds(200))
            }
            await client.close()
            await mirror.stop()
        }
    }

    @Test("a request that runs when the drain begins is answered; a later one is refused or not reached")
    func drain() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let hasBegun = Tally()
            let definition = ServiceDefinition(
                name: "ingest",
                number: .ingest,
                summary: "answers slowly",
                ports: ServicePorts(requests: 7401, events: 7402, health: 7409)
            ) { host in
                host.on(Total.self) { _, _ in
                    hasBegun.increment()
                    _ = await eventually(within: .seconds(10)) { await !host.readinessReasons().isEmpty }
                    return Total.Reply(value: 42)
                }
            }
            let host = try await ServiceHost.test(definition, in: folder, over: transport)
            let client = try ServiceClient(transport: transport, address: try Address("memory://ingest"))
            async let reply = client.call(Total(), timeout: .seconds(20))
            #expect(await eventually { hasBegun.value == 1 })
            await host.stop()
            #expect(try await reply.amount == 42)
            await #expect(throws: (any Error).self) {
                try await client.call(Total(), timeout: .milliseconds(200))
            }
            await client.close()
        }
    }

    @Test("after a stop the database file alone holds everything")
    func checkpoint() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let host = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            let client = try ServiceClient(transport: transport, address: try Address("memory://ingest"))
            _ = try await client.call(Deposit(amount: 3))
            await client.close()
            await host.stop()
            let wal = try DurableFile.read(folder + "/ingest/state.sqlite-wal")
            #expect(wal?.isEmpty ?? true)
        }
    }
}
