import ServiceKit

/// What ingest counts.
struct IngestMetrics: Sendable {
    let objects: Metrics.Counter
    let refusals: Metrics.Counter
    let stages: StageTimes

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
        self.stages = StageTimes(
            metrics,
            "carina_ingest_stage_seconds",
            help: "Time of one object in each stage of its way in; look up: digest and catalog.",
            stages: ["look up", "decode", "lungs", "write", "commit"]
        )
    }
}
