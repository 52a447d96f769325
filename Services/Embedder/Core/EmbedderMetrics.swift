import ServiceKit

/// What the embedder counts.
struct EmbedderMetrics: Sendable {
    let slices: Metrics.Counter
    let stages: StageTimes

    init(_ metrics: Metrics) {
        self.slices = metrics.counter(
            "carina_embedder_slices_total",
            help: "Slices done, once for each model: embedded or refused.",
            labels: ["outcome"]
        )
        self.stages = StageTimes(
            metrics,
            "carina_embedder_stage_seconds",
            help:
                "Time of one stored slice in each stage of its way to an embedding; fetch: ingest finds the lungs.",
            stages: ["fetch", "embed", "commit"]
        )
    }
}
