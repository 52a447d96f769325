import ServiceKit

/// What the embedder counts.
struct EmbedderMetrics: Sendable {
    let slices: Metrics.Counter
    let seconds: Metrics.Observations

    init(_ metrics: Metrics) {
        self.slices = metrics.counter(
            "carina_embedder_slices_total",
            help: "Slices done, once for each model: embedded or refused.",
            labels: ["outcome"]
        )
        self.seconds = metrics.histogram(
            "carina_embedder_slice_seconds",
            help: "Time to segment and embed one slice."
        )
    }
}
