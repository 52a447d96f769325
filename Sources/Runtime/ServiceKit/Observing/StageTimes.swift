internal import Synchronization

/// Where the time goes of what a service does again and again: seconds by stage, as a metric and in short.
///
/// A stage's time is the wall's: waiting for a core, a disk or a peer counts.
package struct StageTimes: Sendable {
    private let observations: Metrics.Observations
    private let sums: StageSums

    /// Declares the histogram.
    ///
    /// - Parameter stages: their names, in the order in which they come.
    package init(_ metrics: Metrics, _ name: String, help: String, stages: [String]) {
        observations = metrics.histogram(name, help: help, labels: ["stage"], bounds: Self.bounds)
        sums = StageSums(stages: stages)
    }

    /// Upper bounds of the ranges, in seconds: most stages take less than a hundredth.
    private static let bounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5,
    ]

    /// Notes how long a stage took for each of `count` things that went through it together.
    ///
    /// - Returns: the present, from which the next stage counts.
    @discardableResult
    package func note(
        _ stage: String,
        since start: ContinuousClock.Instant,
        count: Int = 1
    ) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        let seconds = start.duration(to: now) / .seconds(1)
        for _ in 0..<count { observations.observe(seconds / Double(count), stage) }
        sums.add(seconds, to: stage)
        return now
    }

    /// Each stage's share of the time of all of them since the start, as `decode 40 %, lungs 60 %`; empty before
    /// anything was noted.
    package var shares: String { sums.shares }
}

/// Seconds by stage.
private final class StageSums: Sendable {
    private let stages: [String]
    private let seconds = Mutex<[String: Double]>([:])

    init(stages: [String]) {
        self.stages = stages
    }

    func add(_ value: Double, to stage: String) {
        seconds.withLock { $0[stage, default: 0] += value }
    }

    var shares: String {
        let seconds = seconds.withLock { $0 }
        let total = seconds.values.reduce(0, +)
        guard total > 0 else { return "" }
        return stages.map { "\($0) \(Int((100 * (seconds[$0] ?? 0) / total).rounded())) %" }
            .joined(separator: ", ")
    }
}
