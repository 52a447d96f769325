internal import Messaging

/// Whether the process can still do its work at all; `/livez` asks it.
///
/// nng can be stuck for good (nng trap 23): requests may still be answered, but a lost connection is never made again.
/// Only a new start cures that, so the process then reports itself as not alive. The look costs a pair of sockets, so it
/// is taken at most twice a minute.
actor Liveness {
    private static let interval = Duration.seconds(30)

    private let check: @Sendable () async -> Bool
    private var lastCheck: ContinuousClock.Instant?
    private var wasAlive = true

    init(check: @escaping @Sendable () async -> Bool) { self.check = check }

    /// What a transport can say of itself; one in memory has nothing that could be stuck.
    init(transport: any Transport) {
        self.init { transport is NNGTransport ? await NNGTransport.isResponsive(within: .seconds(3)) : true }
    }

    func isAlive() async -> Bool {
        if let lastCheck, lastCheck.duration(to: .now) < Self.interval { return self.wasAlive }
        self.lastCheck = .now
        self.wasAlive = await self.check()
        return self.wasAlive
    }
}
