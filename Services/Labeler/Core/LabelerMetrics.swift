import ServiceKit

/// What the labeler counts.
struct LabelerMetrics: Sendable {
    let slices: Metrics.Counter
    let segmentingSeconds: Metrics.Observations
    let dataSets: Metrics.Counter
    let buildingSeconds: Metrics.Observations

    init(_ metrics: Metrics) {
        self.slices = metrics.counter(
            "carina_labeler_slices_total",
            help: "Slices segmented, by what was found: lung, none.",
            labels: ["outcome"]
        )
        self.segmentingSeconds = metrics.histogram(
            "carina_labeler_segmenting_seconds",
            help: "Time to fetch, segment and crop one slice."
        )
        self.dataSets = metrics.counter("carina_labeler_data_sets_total", help: "Data sets built.")
        self.buildingSeconds = metrics.histogram(
            "carina_labeler_building_seconds",
            help: "Time to build one data set, without the wait for slices to be segmented.",
            bounds: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800]
        )
    }
}
