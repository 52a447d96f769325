import ArgumentParser

/// Speed as ratios against a peer in the same run.
@main
struct Benchmarks: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "carina-benchmarks",
        abstract: "Measure speed against peers.",
        subcommands: [
            AllDuels.self, DescriptorTable.self, IndexData.self, IndexServe.self, LabelSources.self,
            LearningSpeed.self, NetworkTable.self, MaskSpeed.self, PairSpeed.self, ShipModel.self,
            StageSpeed.self, ThroughputFiles.self,
        ],
        defaultSubcommand: AllDuels.self
    )
}

/// `carina-benchmarks`, `make bench`: everything whose peer is within this program.
struct AllDuels: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "duels",
        abstract: "Search, kernels and slices, beside a peer in the same program."
    )

    /// Runs one after the other.
    func run() throws {
        print("each line: ours, the peer, how many times faster; medians over repeated runs\n")
        try SearchBenchmark.run()
        KernelBenchmark.run()
        SliceBenchmark.run()
    }
}

/// Times one thing and its peer in turn, so that both meet the same machine.
struct Duel {
    let title: String
    let rounds: Int

    /// Runs both, `rounds` times each after a warm-up, and prints the medians per unit of work.
    ///
    /// - Parameter units: how many units of work one run does.
    func run(units: Int, unit: String, ours: () -> Void, peer: (name: String, body: () -> Void)) {
        ours()
        peer.body()
        var times: (ours: [Double], peer: [Double]) = ([], [])
        for _ in 0..<self.rounds {
            times.ours.append(Self.microseconds(ours) / Double(units))
            times.peer.append(Self.microseconds(peer.body) / Double(units))
        }
        let (mine, other) = (Self.median(times.ours), Self.median(times.peer))
        print(
            "\(self.title): \(Self.text(mine)) µs a \(unit); \(peer.name) \(Self.text(other)) µs; × \(Self.text(other / mine))"
        )
    }

    static func microseconds(_ body: () -> Void) -> Double {
        ContinuousClock().measure(body) / .microseconds(1)
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func text(_ value: Double) -> String {
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 100).rounded() / 100)"
    }
}
