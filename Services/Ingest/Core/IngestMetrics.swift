import ServiceKit

/// What ingest counts.
struct IngestMetrics: Sendable {
    let objects: Metrics.Counter
    let refusals: Metrics.Counter
    let seconds: Metrics.Observations

    init(_ metrics: Metrics) {
        self.objects = metrics.counter(
            "carina_ingest_objects_total",
            help: "Objects received, by what became of them: stored, duplicate, refused.",
            labels: ["outcome"]
        )
        self.refusals = metrics.counter(
            "carina_ingest_refusals_total",
            help: "Objects refused, by reason.",
            labels: ["reason"]
        )
        self.seconds = metrics.histogram(
            "carina_ingest_read_seconds",
            help: "Time to decode and segment one object that was taken."
        )
    }
}
