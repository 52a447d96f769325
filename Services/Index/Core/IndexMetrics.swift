internal import Contracts
internal import Neighbors
internal import ServiceKit
internal import Wire

/// The node's numbers on `/metrics`.
struct IndexMetrics: Sendable {
    private let searches: Metrics.Counter
    private let distances: Metrics.Counter
    private let rings: Metrics.Counter
    private let seconds: Metrics.Observations
    private let unusable: Metrics.Counter

    /// Declares what is counted; what the node holds is read from it whenever the numbers are asked for.
    init(_ metrics: Metrics, of service: IndexService) {
        self.searches = metrics.counter(
            "carina_index_searches_total",
            help: "Searches by outcome: answered, or the code of the refusal.",
            labels: ["outcome"]
        )
        self.distances = metrics.counter(
            "carina_index_distances_total",
            help: "Distances computed in searches, reference points included."
        )
        self.rings = metrics.counter("carina_index_rings_total", help: "Rings opened in searches.")
        self.seconds = metrics.histogram(
            "carina_index_search_seconds",
            help: "Time of answered searches, waiting for a position of the log included."
        )
        self.unusable = metrics.counter(
            "carina_index_unusable_events_total",
            help: "Events of the embedder that could not be used; the log says why."
        )
        metrics.gauge("carina_index_vectors", help: "Vectors kept, of all generations.") {
            [([], Double(service.holdings().vectors))]
        }
        metrics.gauge("carina_index_generations", help: "Generations kept.") {
            [([], Double(service.holdings().generations))]
        }
        metrics.gauge(
            "carina_index_applied_seq",
            help: "Position in the embedder's log up to which events are applied."
        ) {
            [([], Double(service.nodeState().appliedSeq))]
        }
        metrics.gauge("carina_index_head_seq", help: "Head of the embedder's log as last heard.") {
            [([], Double(service.nodeState().headSeq))]
        }
    }

    func noteSearch(_ cost: SearchCost, seconds: Double) {
        self.searches.add(1, "answered")
        self.distances.add(Double(cost.distancesComputed))
        self.rings.add(Double(cost.ringsVisited))
        self.seconds.observe(seconds)
    }

    func noteRefusal(_ code: RefusalCode) {
        self.searches.add(1, "\(code)")
    }

    func noteUnusableEvents(_ count: Int) {
        if count > 0 { self.unusable.add(Double(count)) }
    }
}
