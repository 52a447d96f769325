internal import Contracts
internal import Glibc
internal import Storage
internal import Synchronization
internal import Wire

extension ServiceHost {
    /// Declares what every service measures.
    func declareMetrics() {
        metrics.gauge("carina_build_info", help: "The release, as a label.", labels: ["service", "version"]) {
            [name] in [([name, Release.version], 1)]
        }
        metrics.gauge("carina_event_log_head", help: "Newest event of this service's log.") { [weak self] in
            [([], Double(self?.events.headSeq ?? 0))]
        }
        metrics.gauge(
            "carina_follower_lag_events",
            help: "Events of a peer to catch up with.",
            labels: ["peer"]
        ) {
            [weak self] in self?.tails { Double($0.lag) } ?? []
        }
        metrics.gauge("carina_peer_met", help: "1 after the first contact with a peer.", labels: ["peer"]) {
            [weak self] in self?.tails { $0.isMet ? 1 : 0 } ?? []
        }
        metrics.gauge("carina_peer_reachable", help: "1 while a followed peer answers.", labels: ["peer"]) {
            [weak self] in self?.tails { $0.isMet && $0.trouble == nil ? 1 : 0 } ?? []
        }
        metrics.gauge("carina_process_resident_memory_bytes", help: "Memory of this process.") {
            [([], Double(residentByteCount()))]
        }
        metrics.gauge("carina_uptime_seconds", help: "Time since the start.") {
            [start = running.withLock(\.start)] in
            [([], (ContinuousClock.now - start).inSeconds)]
        }
    }

    private func tails(_ value: (TailStatus.Standing) -> Double) -> [(labels: [String], value: Double)] {
        registration.withLock(\.tails).map { ([$0.peerName], value($0.current)) }
    }

    /// Forgets old replies and counts what waits.
    func keepHouse() async throws {
        let queues = registration.withLock(\.queues)
        let memory = ReplyMemory(clock: clock)
        let (counts, letters) = try await database.write { transaction in
            try memory.prune(in: transaction)
            let counts = try queues.map { ($0.name, try $0.count(in: transaction)) }
            let letters = try transaction.row("SELECT count(*) AS n FROM dead_letters")?.int("n") ?? 0
            return (counts, letters)
        }
        let items = metrics.gauge("carina_work_items", help: "Work that waits or runs.", labels: ["queue"])
        for (queue, count) in counts { items.set(Double(count), queue) }
        metrics.gauge("carina_dead_letters", help: "Work that was given up.").set(Double(letters))
    }

    /// The answer to the operation `State`.
    func stateEntries() async -> [StateEntry] {
        let reasons = await readinessReasons()
        let uptime = (ContinuousClock.now - running.withLock(\.start)).components.seconds
        var lines: [(key: String, value: String)] = [
            ("service", name), ("version", Release.version), ("ready", reasons.isEmpty ? "yes" : "no"),
            ("reason", reasons.joined(separator: "; ")), ("uptimeSeconds", "\(uptime)"),
            ("logID", events.logID.description), ("headSeq", "\(events.headSeq)"),
        ]
        for tail in registration.withLock(\.tails) {
            let standing = tail.current
            lines.append(("follows.\(tail.peerName).seq", "\(standing.position?.seq ?? 0)"))
            lines.append(("follows.\(tail.peerName).lag", "\(standing.lag)"))
            lines.append(("follows.\(tail.peerName).trouble", standing.trouble ?? ""))
        }
        let queues = registration.withLock(\.queues)
        let counts = try? await database.read { transaction in
            try queues.map { ("work.\($0.name)", "\(try $0.count(in: transaction))") }
                + [
                    (
                        "deadLetters",
                        "\(try transaction.row("SELECT count(*) AS n FROM dead_letters")?.int("n") ?? 0)"
                    )
                ]
        }
        lines += counts ?? []
        for describe in registration.withLock(\.stateLines) { lines += await describe() }
        return lines.map { StateEntry(key: $0.key, value: $0.value) }
    }
}

/// Memory of this process as Linux tells it; 0 where it does not.
private func residentByteCount() -> Int {
    guard let bytes = try? DurableFile.readStream("/proc/self/statm") else { return 0 }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
