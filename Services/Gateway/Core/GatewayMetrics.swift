import ServiceKit

/// What the gateway counts; labels are names of commands and codes, never ids.
struct GatewayMetrics: Sendable {
    private let commands: Metrics.Counter
    private let seconds: Metrics.Observations
    /// Of a search: a file is decoded and its lungs are found, embedded, searched for, and the trail is written.
    let stages: StageTimes

    init(_ metrics: Metrics) {
        self.commands = metrics.counter(
            "carina_gateway_commands_total",
            help: "Commands answered, by name and outcome.",
            labels: ["command", "outcome"]
        )
        self.seconds = metrics.histogram(
            "carina_gateway_command_seconds",
            help: "Time from a whole command to its answer.",
            labels: ["command"]
        )
        self.stages = StageTimes(
            metrics,
            "carina_gateway_search_stage_seconds",
            help: "Time of a search in each of its stages; decode: ingest reads a file and finds the lungs.",
            stages: ["decode", "embed", "search", "trail"]
        )
    }

    func observe(command: String, outcome: String, duration: Duration) {
        self.commands.add(1, command, outcome)
        self.seconds.observe(duration / .seconds(1), command)
    }
}
