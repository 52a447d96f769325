internal import Messaging

/// A requester which counts what becomes of its attempts: the links' health as `/metrics` shows it.
struct MeasuredRequester: Requester {
    private let requester: any Requester
    private let peerName: String
    private let outcomes: Metrics.Counter
    private let seconds: Metrics.Observations

    init(_ requester: any Requester, peerName: String, metrics: Metrics) {
        self.requester = requester
        self.peerName = peerName
        outcomes = metrics.counter(
            "carina_link_requests_total",
            help: "Attempts of requests to peers, by outcome: answered, or how the link failed.",
            labels: ["peer", "outcome"]
        )
        seconds = metrics.histogram(
            "carina_link_seconds",
            help: "Time of answered attempts of requests to peers.",
            labels: ["peer"]
        )
    }

    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8] {
        let start = ContinuousClock.now
        do throws(MessagingError) {
            let reply = try await requester.request(bytes, timeout: timeout)
            seconds.observe((ContinuousClock.now - start).inSeconds, peerName)
            outcomes.add(1, peerName, "answered")
            return reply
        } catch {
            outcomes.add(1, peerName, error.kind.rawValue)
            throw error
        }
    }

    func close() async {
        await requester.close()
    }
}
