internal import Contracts
internal import FoundationEssentials
internal import Glibc
package import Logging
package import Messaging
internal import Storage
internal import Synchronization
internal import Wire

/// Where a running service is found; ports are those which the system chose.
package struct Endpoints: Sendable, Equatable {
    /// Where requests go; nil when the service answers none.
    package var requests: Address?
    /// Where doorbells ring.
    package var events: Address?
    /// Where `/livez`, `/readyz` and `/metrics` are.
    package var health = ""
    /// Ports of the service's own, by name.
    package var own: [String: Int] = [:]
}

/// What a host takes from outside besides its settings; tests bring their own.
package struct HostEnvironment: Sendable {
    /// Where the service logs to.
    package var logger: Logger
    /// The time of day.
    package var clock = WallClock.system
    /// How patiently logs are followed.
    package var timing = TailTiming()
    /// How often the log's head is told.
    package var heartbeat = Limits.heartbeatInterval

    /// Writes nowhere unless a logger is given.
    package init(logger: Logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }) {
        self.logger = logger
    }
}

/// What runs and has to be ended.
struct Running {
    enum Stage {
        case starting
        case serving
        case draining
        case stopped
    }

    var stage = Stage.starting
    var endpoints = Endpoints()
    var lock: FolderLock?
    var listener: (any Listener)?
    var publisher: (any Publisher)?
    var health: HealthServer?
    var loops: [Task<Void, Never>] = []
    var doorbells: Task<Void, Never>?
    var waitingFetches = 0
    let start = ContinuousClock.now
}

extension ServiceHost {
    private static let answersDrain = Duration.seconds(5)
    private static let loopsDrain = Duration.seconds(2)
    /// When the last work is over; what comes after takes at most two seconds.
    private static let drainsEnd = Limits.drainMaximum - .seconds(3)
    private static let housekeepingInterval = Duration.seconds(5)

    /// Opens the state, lets the service register itself, then listens.
    ///
    /// - Parameters:
    ///   - settings: texts by key, as if they were options.
    ///   - transport: nil: nng, with TLS when certificates are given.
    /// - Throws: `ConfigurationError`, `StorageError` (kind `locked` when another process has the folder), `MessagingError`.
    package static func start(
        _ definition: ServiceDefinition,
        settings texts: [String: String],
        transport: (any Transport)? = nil,
        environment: HostEnvironment = HostEnvironment()
    ) async throws -> ServiceHost {
        let settings = try Settings(
            serviceName: definition.name,
            declared: definition.settings,
            options: texts,
            environment: [:],
            readFile: { _ in nil }
        )
        return try await start(definition, settings: settings, transport: transport, environment: environment)
    }

    /// The same with settings that were read already.
    package static func start(
        _ definition: ServiceDefinition,
        settings: Settings,
        transport: (any Transport)? = nil,
        environment: HostEnvironment
    ) async throws -> ServiceHost {
        let standard = StandardSettings(definition)
        let problems = standard.problems(settings)
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        let folder = settings[standard.data]
        try DurableFile.createFolder(folder)
        let lock = try FolderLock(folder: folder)
        let database =
            switch definition.storage {
            case .eventLog:
                try StateDatabase(path: "\(folder)/state.sqlite", migrations: definition.allMigrations)
            case .volatile:
                try StateDatabase(inMemory: definition.allMigrations)
            }
        let host = try await ServiceHost(
            definition,
            settings: settings,
            transport: transport ?? NNGTransport(tls: standard.identity(settings)),
            database: database,
            environment: environment
        )
        host.running.withLock { $0.lock = lock }
        do {
            host.registerCommonOperations()
            host.declareMetrics()
            host.registerOwnLoops()
            try await definition.setUp(host)
            host.registration.withLock { $0.isClosed = true }
            try await host.listen(heartbeat: environment.heartbeat)
        } catch {
            await host.stop()
            throw error
        }
        return host
    }

    /// Where the service is found.
    package var endpoints: Endpoints { running.withLock(\.endpoints) }

    /// Why the service does not take work; empty when it does.
    package func readinessReasons() async -> [String] {
        switch running.withLock(\.stage) {
        case .starting: return ["starting"]
        case .draining, .stopped: return ["draining"]
        case .serving: break
        }
        var reasons: [String] = []
        for condition in registration.withLock(\.readiness) {
            if let reason = await condition() { reasons.append(reason) }
        }
        return reasons
    }

    private func listen(heartbeat: Duration) async throws {
        var endpoints = endpoints
        if let publish = standard.publish {
            let publisher = try transport.publisher(at: try standard.address(publish, in: settings))
            let bells = Doorbells(
                log: events,
                service: definition.number,
                publisher: publisher,
                interval: heartbeat
            )
            endpoints.events = publisher.address
            running.withLock {
                $0.publisher = publisher
                $0.doorbells = Task { await bells.run() }
            }
        }
        let healthHost = settings[standard.healthHost]
        let health = try await HealthServer.start(
            host: healthHost,
            port: settings[standard.healthPort],
            metrics: metrics,
            liveness: Liveness(transport: transport),
            reasons: { [weak self] in await self?.readinessReasons() ?? ["stopped"] }
        )
        running.withLock { $0.health = health }
        endpoints.health =
            "http://\(healthHost.contains(":") ? "[\(healthHost)]" : healthHost):\(health.port)"
        if let listen = standard.listen {
            let listener = try await transport.serve(
                at: try standard.address(listen, in: settings),
                concurrency: settings[standard.workers],
                receiveLimit: Limits.bulkFrameBytesMaximum,
                answer: { [router] in await router.answer($0) }
            )
            endpoints.requests = listener.address
            running.withLock { $0.listener = listener }
        }
        startLoops()
        try publishEndpoints(endpoints)
    }

    private func registerOwnLoops() {
        let jobs = jobs
        background("jobs") { try await jobs.run() }
        background("housekeeping") { [weak self] in
            while !Task.isCancelled {
                try await self?.keepHouse()
                try await Task.sleep(for: Self.housekeepingInterval)
            }
        }
    }

    private func startLoops() {
        let loops = registration.withLock { $0.loops }
        running.withLock { running in
            running.loops = loops.map { loop in Task { await loop.body() } }
            running.stage = .serving
        }
    }

    private func publishEndpoints(_ endpoints: Endpoints) throws {
        running.withLock { $0.endpoints = endpoints }
        try writeEndpoints()
        var fields: Logger.Metadata = ["version": "\(Release.version)", "health": "\(endpoints.health)"]
        if let requests = endpoints.requests { fields["requests"] = "\(requests)" }
        if let events = endpoints.events { fields["events"] = "\(events)" }
        for (name, port) in endpoints.own { fields[name] = "\(port)" }
        logger.info("serving", metadata: fields)
    }

    /// Names a port of the service's own in the log and in `<data>/endpoints.json`, beside the usual ones.
    package func publishEndpoint(_ name: String, port: Int) throws {
        let isServing = running.withLock { running in
            running.endpoints.own[name] = port
            return running.stage == .serving
        }
        if isServing { try writeEndpoints() }
    }

    private func writeEndpoints() throws {
        let endpoints = endpoints
        var texts = [("service", name), ("version", Release.version), ("health", endpoints.health)]
        if let requests = endpoints.requests { texts.append(("requests", requests.description)) }
        if let events = endpoints.events { texts.append(("events", events.description)) }
        var members = texts.map { "\(LineLogHandler.quoted($0.0)): \(LineLogHandler.quoted($0.1))" }
        for (name, port) in endpoints.own.sorted(by: { $0.key < $1.key }) {
            members.append("\(LineLogHandler.quoted(name)): \(port)")
        }
        members.append("\"pid\": \(getpid())")
        let json = "{\(members.joined(separator: ", "))}\n"
        try DurableFile.write(Array(json.utf8), to: "\(dataFolder)/endpoints.json")
    }

    /// Refuses a port of the service's own that others could reach without encryption.
    ///
    /// - Throws: `ConfigurationError` unless the host is loopback, the port is encrypted or the operator allows it.
    package func checkBinding(of key: String, host: String, isEncrypted: Bool) throws(ConfigurationError) {
        guard StandardSettings.isLoopback(host) || isEncrypted || settings[standard.insecureBind] else {
            throw ConfigurationError(["\(key): not a loopback address; use TLS, or --insecure-bind true"])
        }
    }

    // MARK: Draining

    /// Unready, takes no new request, lets running ones finish, ends all work, checkpoints and closes. May be repeated.
    package func stop() async {
        let isFirst = running.withLock { running in
            guard running.stage == .starting || running.stage == .serving else { return false }
            running.stage = .draining
            return true
        }
        guard isFirst else { return }
        logger.info("draining")
        let drainsEnd = ContinuousClock.now + Self.drainsEnd
        router.drain()
        if let listener = running.withLock(\.listener) {
            await within(Self.answersDrain) { await listener.close() }
        }
        let loops = running.withLock(\.loops)
        for loop in loops { loop.cancel() }
        await within(Self.loopsDrain) { for loop in loops { await loop.value } }
        for drain in registration.withLock(\.drains) {
            // Some have much to write: they get what is left, and each some time in any case.
            await within(max(Self.loopsDrain, drainsEnd - ContinuousClock.now), drain)
        }
        let (doorbells, publisher, health) = running.withLock { ($0.doorbells, $0.publisher, $0.health) }
        doorbells?.cancel()
        await doorbells?.value
        if let publisher { await within(.seconds(1)) { await publisher.close() } }
        for client in registration.withLock({ Array($0.clients.values) }) { await client.close() }
        if let health { await within(.seconds(1)) { await health.stop() } }
        await closeState()
    }

    private func closeState() async {
        do {
            if case .eventLog = definition.storage { try await database.checkpoint() }
            try database.close()
        } catch {
            logger.error("the database was not closed cleanly", metadata: ["reason": "\(reason(of: error))"])
        }
        // Handlers hold the host: without this it would never go away.
        router.clear()
        registration.withLock { $0 = Registration() }
        running.withLock {
            $0.stage = .stopped
            $0.lock = nil
            $0.listener = nil
            $0.publisher = nil
        }
        logger.info("stopped")
    }

    // MARK: Fetches that wait

    /// Whether one more fetch may wait: half of the workers stay free for others.
    func beginWaiting() -> Bool {
        let maximum = settings[standard.workers] / 2
        return running.withLock { running in
            guard running.stage == .serving, running.waitingFetches < maximum else { return false }
            running.waitingFetches += 1
            return true
        }
    }

    func endWaiting() {
        running.withLock { $0.waitingFetches -= 1 }
    }
}

/// Waits for something, but not longer than a duration; it may then go on in the background.
private func within(_ duration: Duration, _ body: @escaping @Sendable () async -> Void) async {
    let bell = Bell()
    let task = Task {
        await body()
        bell.ring()
    }
    await bell.wait(atMost: duration)
    task.cancel()
}
