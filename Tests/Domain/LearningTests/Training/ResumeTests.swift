import LinearAlgebra
import Tensors
import Testing

@testable import Learning

/// A training with everything in it: batches drawn and augmented on other threads, bfloat16, two threads, a schedule,
/// clipping, and a checkpoint in the middle.
@Suite struct ResumeTests {
    static let stepCount = 12
    static let seed: UInt64 = 21

    static func maker() -> BatchMaker {
        var generator = SeededGenerator(seed: 8)
        let shape = SampledShape(channels: 3, height: 16, width: 16)
        var slices = CompactSlices(shape: shape)
        for _ in 0..<24 {
            slices.append(
                planes: (0..<3).map { _ in (0..<16 * 16).map { _ in Float(generator.unit()) } }
            )
        }
        let views = [
            BatchView(
                recipe: .detail,
                inputs: [
                    BatchInput("image", planes: 0..<3, of: shape),
                    BatchInput("extra", count: 10) { view, row in
                        for index in row.indices { row[index] = view[index] }
                    },
                ]
            )
        ]
        return BatchMaker(slices: slices, views: views, seed: Self.seed) { number in
            var generator = SeededGenerator(seed: Self.seed, stream: UInt64(number))
            let drawn = (0..<8).map { _ in BatchRow(generator.below(24)) }
            return drawn + drawn
        }
    }

    /// Steps until a number of them are done.
    static func losses(_ training: inout NetworkTraining, until end: Int) throws -> [Float] {
        let loader = BatchLoader(Self.maker(), from: training.stepCount, threadCount: 2)
        defer { loader.cancel() }
        let schedule = RateSchedule(.oneCycle(), peak: 2e-3, warmUp: 0.15)
        var losses: [Float] = []
        while training.stepCount < end {
            let batch = try loader.next()
            for (name, values) in batch.inputs { training.compiled.input(name).replace(with: values) }
            let slices = batch.rows.map { $0.slices[0] }
            let rate = schedule.rate(step: training.stepCount, of: Self.stepCount)
            losses.append(
                try training.step(rate: rate) { compiled in
                    let loss = BatchLoss(
                        outputs: Matrix(rows: 16, columns: 12, values: compiled.output("out").copied()),
                        labels: Matrix(rows: 16, columns: 16),
                        slices: slices,
                        contrastiveWeight: 0.3
                    )
                    compiled.outputGradient("out").replace(with: loss.gradient.values)
                    return loss.listwise + 0.3 * loss.contrastive
                }
            )
            loader.recycle(batch)
        }
        return losses
    }

    static func start() throws -> Parameters {
        var generator = SeededGenerator(seed: Self.seed)
        return Parameters(of: try NetworkTrainingTests.encoder(), generator: &generator)
    }

    static func training(_ parameters: Parameters, checkpoint: Checkpoint? = nil) throws -> NetworkTraining {
        let network = try NetworkTrainingTests.encoder()
        let optimizer = AdamW(for: parameters.trained, decay: 1e-2)
        let engine = try ComputeEngine(threadCount: 2)
        guard let checkpoint else {
            return try NetworkTraining(
                network,
                parameters: parameters,
                optimizer: optimizer,
                batch: 16,
                precision: .bfloat16,
                engine: engine,
                maximumLength: 1
            )
        }
        return try NetworkTraining(
            network,
            resuming: checkpoint,
            optimizer: optimizer,
            batch: 16,
            precision: .bfloat16,
            engine: engine,
            maximumLength: 1
        )
    }

    @Test(
        "stopped after any step and gone on from its checkpoint: the same losses and parameters, to the bit"
    )
    func resume() throws {
        let start = try Self.start()
        var whole = try Self.training(start)
        let expected = try Self.losses(&whole, until: Self.stepCount)
        #expect(expected.allSatisfy(\.isFinite) && Set(expected).count == Self.stepCount)
        for stop in [1, 5, 11] {
            var first = try Self.training(start)
            let before = try Self.losses(&first, until: stop)
            let bytes = try first.checkpoint(epoch: 0, random: "\(Self.seed)").serialized()
            let checkpoint = try Checkpoint(serialized: bytes, of: first.network)
            #expect(checkpoint.random == "\(Self.seed)")
            var second = try Self.training(start, checkpoint: checkpoint)
            #expect(second.stepCount == stop)
            let after = try Self.losses(&second, until: Self.stepCount)
            #expect((before + after).map(\.bitPattern) == expected.map(\.bitPattern))
            #expect(second.parameters == whole.parameters)
        }
    }

    @Test("another optimizer's checkpoint is refused")
    func otherOptimizer() throws {
        let start = try Self.start()
        let checkpoint = try Self.training(start).checkpoint(epoch: 0, random: "")
        let error = #expect(throws: CheckpointError.self) {
            try NetworkTraining(
                NetworkTrainingTests.encoder(),
                resuming: checkpoint,
                optimizer: MomentumSGD(for: start.trained, decay: 0),
                batch: 16,
                precision: .float32,
                engine: ComputeEngine(threadCount: 1)
            )
        }
        #expect(error?.description.contains("adamw") == true)
    }
}
