import Learning
import LinearAlgebra
import Tensors
import Testing

@testable import WSSENet

/// Against the reference implementation in double precision, on made-up crops.
@Suite("The density encoder against PyTorch")
struct GoldenDensityTests {
    private let golden: GoldenDensity

    init() throws { golden = try GoldenDensity() }

    @Test("has 319,264 parameters")
    func count() throws {
        #expect(golden.parameters.trainedCount == 319_264)
        try golden.parameters.check(fit: try DensityEncoder.network())
    }

    @Test("usual density and input")
    func inputs() throws {
        func some(_ values: [Float]) -> [Float] {
            stride(from: 0, to: values.count, by: GoldenDensity.stride).map { values[$0] }
        }
        #expect(try relativeError(some(golden.usual), golden.values("usual")) < 1e-6)
        let cells = golden.views[..<2].flatMap { some(EncodedView.cells($0, usual: golden.usual)) }
        #expect(try relativeError(cells, golden.values("cells")) < 1e-5)
    }

    @Test("vectors")
    func vectors() throws {
        let vectors = try PlainVectors(.density, golden.parameters)
            .vectors(of: Array(golden.views[..<2]), inputs: [cells])
        // Three layers of single precision.
        #expect(try relativeError(vectors.values, golden.values("vectors")) < 1e-5)
    }

    private var cells: BatchInput {
        let usual = golden.usual
        return BatchInput(DensityEncoder.cells, count: DensityEncoder.inputCount) { view, row in
            DensityEncoder.writeCells(view, usual: usual, into: &row)
        }
    }

    @Test("a training step")
    func step() throws {
        let network = try DensityEncoder.network()
        let recipe = WSSENetRecipe()
        var training = try NetworkTraining(
            network,
            parameters: golden.parameters,
            optimizer: AdamW(for: golden.parameters.trained, decay: recipe.decay, scope: .everything),
            batch: golden.views.count,
            precision: .float32,
            engine: try ComputeEngine(threadCount: 1)
        )
        training.compiled.input(DensityEncoder.cells)
            .replace(with: golden.views.flatMap { EncodedView.cells($0, usual: golden.usual) })
        var vectors = Matrix(rows: golden.views.count, columns: DensityEncoder.count)
        let value = try training.step(rate: recipe.rate) { compiled in
            vectors = Matrix(
                rows: vectors.rows,
                columns: vectors.columns,
                values: compiled.output(DensityEncoder.output).copied()
            )
            let loss = DensityLoss(vectors, hasLesion: GoldenDensity.hasLesion)
            compiled.outputGradient(DensityEncoder.output).replace(with: loss.gradient.values)
            return loss.value
        }
        #expect(try relativeError(vectors.values, golden.values("step.vectors")) < 1e-4)
        #expect(try relativeError([value], golden.values("step.loss")) < 1e-4)
        let every = DensityLoss(vectors, hasLesion: [Bool](repeating: true, count: 4)).value
        #expect(try relativeError([every], golden.values("step.loss of lesions only")) < 1e-4)
        try compare(training)
    }

    private func compare(_ training: NetworkTraining) throws {
        let (slopes, moved) = (
            try golden.values("step.gradient norms"), try golden.values("step.norms after")
        )
        for (place, (name, _)) in training.network.parameters.enumerated() {
            let slope = length(training.compiled.storage.gradient(of: name).copied())
            #expect(relativeError([Float(slope)], [slopes[place]]) < 1e-3, "gradient of \(name)")
            let norm = length(training.parameters.trained[name] ?? [])
            #expect(relativeError([Float(norm)], [moved[place]]) < 1e-4, "\(name)")
        }
        for (name, _) in training.network.statistics {
            let found = training.parameters.statistics[name] ?? []
            let expected = try golden.values("step.after." + GoldenDensity.torchPath(name))
            #expect(relativeError(found, expected) < 1e-4, "\(name)")
        }
    }
}
