internal import Contracts
internal import Logging
package import ServiceKit
internal import Wire

/// The index as a process: what it follows, keeps and answers.
package enum IndexDefinition {
    /// How often the node looks whether there is news of itself to tell.
    private static let announcementInterval = Duration.milliseconds(250)

    /// What `runService` and tests start.
    package static let definition = ServiceDefinition(
        name: "index",
        number: .index,
        summary: "finds the nearest vectors, exactly",
        ports: ServicePorts(requests: 7441, events: 7442, health: 7449),
        storage: .volatile,
        peers: [.embedder],
        settings: IndexConfiguration.all
    ) { host in
        let service = IndexService(
            shard: try IndexConfiguration.assignment(host.settings),
            logger: host.logger
        )
        let metrics = IndexMetrics(host.metrics, of: service)
        let keeper =
            host.settings[IndexConfiguration.snapshots] ? SnapshotKeeper(service, host: host) : nil
        let follower = try host.followVolatile(.embedder, from: await keeper?.load()) {
            service.startOver()
            await keeper?.logWasReplaced()
        } apply: { events, position in
            metrics.noteUnusableEvents(try service.apply(events, upTo: position))
        }
        if let keeper {
            host.background("snapshots") { try await keeper.run() }
            host.onDrain { await keeper.finish() }
        }
        service.observe { LogStatus(headSeq: follower.headSeq, hasCaughtUp: follower.hasCaughtUp) }
        IndexRouter(service: service, metrics: metrics, clock: .system).register(with: host)
        host.describeState {
            Self.stateLines(service) + [("snapshot", keeper?.stateLine ?? "off")]
        }
        host.background("announcements") {
            var announced: NodeState.Reply?
            while true {
                let state = service.nodeState()
                if state.fingerprint != announced?.fingerprint || state.isReady != announced?.isReady {
                    await host.announce(NodeStateChanged(state: state))
                    announced = state
                }
                try await Task.sleep(for: Self.announcementInterval)
            }
        }
    }

    /// What `carina status` shows of a node.
    private static func stateLines(_ service: IndexService) -> [(key: String, value: String)] {
        let state = service.nodeState()
        let holdings = service.holdings()
        return [
            ("generation", state.fingerprint.map { "\($0)" } ?? "none"),
            ("shard", "\(state.shard)/\(state.shardCount)"),
            ("vectors", "\(state.count)"),
            ("generations", "\(holdings.generations)"),
            ("applied", "\(state.appliedSeq)"),
            ("head", "\(state.headSeq)"),
            ("serves", state.isReady ? "yes" : "no: \(state.reason)"),
        ]
    }
}
