import ArgumentParser
import Foundation
import Learning
import LinearAlgebra
import Tensors

/// `carina-benchmarks learning`: our side of `make bench-learning`, one setting in a process of its own.
struct LearningSpeed: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "learning",
        abstract: "Measure training or inference of the detail encoder; prints one line of JSON."
    )

    enum Purpose: String, ExpressibleByArgument {
        case train
        case infer
        case export
    }

    @Argument(help: "train, infer, or export (as ONNX).")
    var purpose: Purpose

    @Option(help: "Slices at once.")
    var batch = 64

    @Flag(help: "Compute in bfloat16.")
    var bfloat16 = false

    @Option(help: "Threads of each kernel.")
    var threads = 2

    @Option(help: "How long to measure, after one second for nothing.")
    var seconds = 5.0

    @Option(help: "Where the ONNX file goes.")
    var output = "model.onnx"

    @Flag(help: "Print where the time of a step goes.")
    var steps = false

    /// Measures.
    func run() throws {
        switch self.purpose {
        case .train: try self.train()
        case .infer: try self.infer()
        case .export: try self.export()
        }
    }

    private var precision: CompilationOptions.Precision { self.bfloat16 ? .bfloat16 : .float32 }

    private func parameters(of network: Network) -> Parameters {
        var generator = SeededGenerator(seed: 1)
        return Parameters(of: network, generator: &generator)
    }

    private func train() throws {
        let network = try DetailEncoder.network(endsAtUnitLength: false)
        let parameters = self.parameters(of: network)
        var training = try NetworkTraining(
            network,
            parameters: parameters,
            optimizer: AdamW(for: parameters.trained, decay: 1e-3),
            batch: self.batch,
            precision: self.precision,
            engine: ComputeEngine(threadCount: self.threads)
        )
        var generator = SeededGenerator(seed: 2)
        let labels = Matrix(
            rows: self.batch,
            columns: self.batch,
            values: (0..<self.batch * self.batch).map { _ in Float(generator.unit()) }
        )
        let slices = (0..<self.batch).map { $0 % (self.batch / 2) }
        for (name, place) in Self.draw(network, self.batch, &generator) {
            training.compiled.bind(name, to: place)
        }
        let times = try self.measure {
            try training.step(rate: 2e-3) { compiled in
                let loss = BatchLoss(
                    outputs: Matrix(rows: self.batch, columns: 96, values: compiled.output("out").copied()),
                    labels: labels,
                    slices: slices,
                    contrastiveWeight: 0.3
                )
                compiled.outputGradient("out").replace(with: loss.gradient.values)
                return loss.listwise + 0.3 * loss.contrastive
            }
        }
        let all = training.compiled.forwardSteps + training.compiled.backwardSteps
        if self.steps { self.printSteps(all) }
        try self.report(times, items: 1, rate: "steps_per_second", convolutions: self.convolutionTime(all))
    }

    private func infer() throws {
        let network = try DetailEncoder.network(endsAtUnitLength: true)
        let inference = try NetworkInference(
            network,
            parameters: self.parameters(of: network),
            precision: self.precision,
            threadCount: self.threads,
            singleThreadCount: self.threads
        )
        var generator = SeededGenerator(seed: 2)
        let inputs = Self.draw(network, self.batch, &generator)
        let times = try self.measure { _ = try inference.outputs(of: inputs, count: self.batch) }
        if self.steps {
            let compiled = try CompiledNetwork(
                network,
                CompilationOptions(batch: self.batch, purpose: .inference, precision: self.precision),
                storage: ParameterStorage(for: network),
                engine: ComputeEngine(threadCount: self.threads)
            )
            compiled.forward()
            self.printSteps(compiled.forwardSteps)
        }
        try self.report(times, items: self.batch, rate: "slices_per_second", convolutions: nil)
    }

    private func export() throws {
        let network = try DetailEncoder.network(endsAtUnitLength: true)
        let bytes = try onnxModel(of: network, parameters: self.parameters(of: network), metadata: [:])
        try Data(bytes).write(to: URL(fileURLWithPath: self.output))
    }

    // MARK: Measuring

    private static func draw(
        _ network: Network,
        _ batch: Int,
        _ generator: inout SeededGenerator
    ) -> [String: TensorPlace] {
        var places: [String: TensorPlace] = [:]
        for input in network.inputs {
            let place = TensorPlace(zeros: [batch] + input.shape)
            place.replace(with: (0..<place.format.count).map { _ in Float(generator.unit()) })
            places[input.name] = place
        }
        return places
    }

    /// Seconds of each call, once it has been called for a second.
    private func measure(_ step: () throws -> Void) rethrows -> [Double] {
        let clock = ContinuousClock()
        var times: [Double] = []
        let start = clock.now
        let warm = start + .seconds(1), end = warm + .seconds(self.seconds)
        while clock.now < end || times.count < 5 {
            let before = clock.now
            try step()
            if before > warm { times.append((clock.now - before) / .seconds(1)) }
        }
        return times.sorted()
    }

    /// Median seconds of the 3 × 3 convolutions alone, one after the other without anything between: what a step could
    /// reach if all else took no time.
    private func convolutionTime(_ steps: [CompiledStep]) -> Double {
        let convolutions = steps.filter { $0.work.hasPrefix("convolution") }
        let times = self.measure { for step in convolutions { step.run() } }
        return times[times.count / 2]
    }

    private func printSteps(_ steps: [CompiledStep]) {
        var sums = [Double](repeating: 0, count: steps.count)
        let (clock, repeats) = (ContinuousClock(), self.batch == 1 ? 2_000 : 50)
        for _ in 0..<repeats {
            for (index, step) in steps.enumerated() {
                sums[index] += clock.measure { step.run() } / .milliseconds(1) / Double(repeats)
            }
        }
        for (step, time) in zip(steps, sums) {
            print("\(step.layer)  \(step.work)  \(Double(Int(time * 1000)) / 1000) ms")
        }
    }

    private struct Report: Encodable {
        let setting: String
        let medianMs: Double
        let p90Ms: Double
        let rate: String
        let perSecond: Double
        let peakRssBytes: Int
        let convolutionsMs: Double?
    }

    private func report(_ times: [Double], items: Int, rate: String, convolutions: Double?) throws {
        let median = times[times.count / 2]
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let report = Report(
            setting: self.bfloat16 ? "bfloat16" : "float32",
            medianMs: median * 1_000,
            p90Ms: times[times.count * 9 / 10] * 1_000,
            rate: rate,
            perSecond: Double(items) / median,
            peakRssBytes: usage.ru_maxrss * 1_024,
            convolutionsMs: convolutions.map { $0 * 1_000 }
        )
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}
