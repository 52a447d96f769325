import LinearAlgebra
import Tensors
import Testing

@testable import Learning

@Suite struct NetworkTrainingTests {
    /// The small encoder of Golden/make_golden.py.
    static func encoder() throws -> Network {
        var network = Network(inputs: [.init("image", shape: [3, 16, 16]), .init("extra", shape: [10])])
        var last = "image"
        for (name, channels) in [("first", 8), ("second", 16)] {
            last = try network.add(
                name + ".conv",
                .convolution(channels: channels, kernel: 3, stride: 2, padding: 1, hasBias: false),
                last
            )
            last = try network.add(name + ".norm", .batchNormalization(), last)
            last = try network.add(name + ".relu", .activation(.relu), last)
        }
        try network.add("pooled", .pooling(.average, kernel: 2, stride: 2), last)
        try network.add("flat", .flattening, "pooled")
        try network.add("all", .concatenation, "flat", "extra")
        try network.add("out", .linear(count: 12), "all")
        network.outputs = ["out"]
        return network
    }

    static func parameters(_ golden: Golden, _ prefix: String) throws -> Parameters {
        let network = try self.encoder()
        func arrays(_ wanted: [(name: String, shape: [Int])]) -> NamedArrays {
            NamedArrays(wanted.map { ($0.name, $0.shape, golden[prefix + "." + $0.name].values) })
        }
        return Parameters(trained: arrays(network.parameters), statistics: arrays(network.statistics))
    }

    static func training(
        _ parameters: Parameters,
        precision: CompilationOptions.Precision = .float32,
        threadCount: Int = 1
    ) throws -> NetworkTraining {
        try NetworkTraining(
            self.encoder(),
            parameters: parameters,
            optimizer: AdamW(for: parameters.trained, decay: 1e-3, scope: .everything),
            batch: 16,
            precision: precision,
            engine: ComputeEngine(threadCount: threadCount)
        )
    }

    /// Ten steps, as the golden file has them.
    static func losses(_ training: inout NetworkTraining, _ golden: Golden, steps: Range<Int>) throws
        -> [Float]
    {
        let labels = golden["labels"]
        return try steps.map { step in
            training.compiled.input("image").replace(with: golden["image.\(step)"].values)
            training.compiled.input("extra").replace(with: golden["extra.\(step)"].values)
            return try training.step(rate: 2e-3) { compiled in
                let out = compiled.output("out")
                let loss = BatchLoss(
                    outputs: Matrix(rows: 16, columns: 12, values: out.values),
                    labels: Matrix(rows: 16, columns: 16, values: labels.values),
                    slices: (0..<16).map { $0 % 8 },
                    contrastiveWeight: 0.3
                )
                compiled.outputGradient("out").replace(with: loss.gradient.values)
                return loss.listwise + 0.3 * loss.contrastive
            }
        }
    }

    @Test("ten losses and the parameters after them as PyTorch's", arguments: [1, 2])
    func golden(threadCount: Int) throws {
        let golden = try Golden("training")
        var training = try Self.training(try Self.parameters(golden, "start"), threadCount: threadCount)
        let losses = try Self.losses(&training, golden, steps: 0..<10)
        for (found, expected) in zip(losses, golden["losses"].values) {
            #expect(abs(found - expected) < 2e-4 * abs(expected))
        }
        #expect(losses.count == golden["losses"].values.count)
        let (parameters, end) = (training.parameters, try Self.parameters(golden, "end"))
        for (found, expected) in [
            (parameters.trained, end.trained), (parameters.statistics, end.statistics),
        ] {
            for place in found.names.indices {
                let wanted = expected.values[place].map { Double($0) }
                #expect(relativeError(found.values[place], wanted) < 0.01, "\(found.names[place])")
            }
        }
    }

    @Test("bfloat16 learns the same within its precision")
    func bfloat16() throws {
        let golden = try Golden("training")
        var training = try Self.training(try Self.parameters(golden, "start"), precision: .bfloat16)
        let losses = try Self.losses(&training, golden, steps: 0..<10)
        for (found, expected) in zip(losses, golden["losses"].values) {
            #expect(abs(found - expected) < 0.03 * abs(expected))
        }
    }

    @Test("a number that is none stops the training, with step and place, and changes nothing")
    func notFinite() throws {
        let golden = try Golden("training")
        var training = try Self.training(try Self.parameters(golden, "start"))
        _ = try Self.losses(&training, golden, steps: 0..<2)
        let before = training.parameters.trained
        func failure(
            image: Float = 0,
            loss: Float = 1,
            gradient: Float = 0
        ) -> TrainingDivergence? {
            #expect(throws: TrainingDivergence.self) {
                var images = golden["image.2"].values
                images[700] += image
                training.compiled.input("image").replace(with: images)
                training.compiled.input("extra").replace(with: golden["extra.2"].values)
                try training.step(rate: 2e-3) { compiled in
                    compiled.outputGradient("out").replace(with: Array(repeating: gradient, count: 16 * 12))
                    return loss
                }
            }
        }
        let onlyLoss = failure(loss: -.infinity)
        #expect(onlyLoss == TrainingDivergence(step: 2, loss: -.infinity, place: nil))
        #expect(onlyLoss?.description.contains("step 2") == true)
        #expect(failure(gradient: .infinity)?.place?.hasPrefix("the gradient of ") == true)
        // From here on, the running averages are spoiled too.
        #expect(failure(image: 3e38)?.place?.hasPrefix("first.norm.running_") == true)
        #expect(failure(image: .nan) == TrainingDivergence(step: 2, loss: 1, place: "input image"))
        #expect(training.parameters.trained == before)
        #expect(training.stepCount == 2)
    }

    @Test("the layer is named whose result overflows first")
    func overflow() throws {
        let golden = try Golden("training")
        var parameters = try Self.parameters(golden, "start")
        let place = try #require(parameters.trained.place(of: "second.conv.weight"))
        for index in parameters.trained.values[place].indices {
            parameters.trained.values[place][index] = 2e38
        }
        var training = try Self.training(parameters)
        let failure = #expect(throws: TrainingDivergence.self) {
            try Self.losses(&training, golden, steps: 0..<1)
        }
        #expect(failure?.place == "layer second.conv")
    }
}
