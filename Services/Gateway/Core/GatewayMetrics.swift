import ServiceKit

/// What the gateway counts; labels are names of commands and codes, never ids.
struct GatewayMetrics: Sendable {
    private let commands: Metrics.Counter
    private let seconds: Metrics.Observations

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
    }

    func observe(command: String, outcome: String, duration: Duration) {
        self.commands.add(1, command, outcome)
        self.seconds.observe(duration / .seconds(1), command)
    }
}
