import ServiceKit
import WSSENet

/// What the trainer counts.
struct TrainerMetrics: Sendable {
    let slices: Metrics.Counter
    let epochs: Metrics.Counter
    let loss: Metrics.Gauge
    let trainingSeconds: Metrics.Observations

    init(_ metrics: Metrics) {
        self.slices = metrics.counter(
            "carina_trainer_slices_total",
            help: "Slices read for trainings, by outcome: cropped, gone, noLung.",
            labels: ["outcome"]
        )
        self.epochs = metrics.counter("carina_trainer_epochs_total", help: "Epochs trained.")
        self.loss = metrics.gauge(
            "carina_trainer_loss",
            help: "Loss of each stage's newest epoch on each side of the data set.",
            labels: ["stage", "side"]
        )
        self.trainingSeconds = metrics.histogram(
            "carina_trainer_training_seconds",
            help: "Time of one whole training.",
            bounds: [1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400]
        )
    }
    /// An epoch is over.
    func note(_ report: EpochReport) {
        self.epochs.add()
        self.loss.set(Double(report.trainingLoss), report.stage.rawValue, "training")
        if let testLoss = report.testLoss { self.loss.set(Double(testLoss), report.stage.rawValue, "test") }
    }
}
