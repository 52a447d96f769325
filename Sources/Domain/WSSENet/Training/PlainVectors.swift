import Learning
import LinearAlgebra
import Tensors

/// Vectors of slices as they are, without changes: for the loss over the test side, and for their mean.
struct PlainVectors {
    private let stage: Stage
    private let inference: NetworkInference

    /// Slices whose inputs are in memory at once.
    private static let slicesAtOnce = 64

    init(_ stage: Stage, _ parameters: Parameters) throws {
        self.stage = stage
        inference = try NetworkInference(
            try stage.network(),
            parameters: parameters,
            precision: .float32,
            threadCount: 1
        )
    }

    /// (n x m), of unit length.
    ///
    /// - Parameters:
    ///   - features: what some inputs are made of.
    ///   - context: (n x 64), the outlines' vectors, for the detail.
    func vectors(
        of set: TrainingSet,
        inputs: [BatchInput],
        features: BatchInput? = nil,
        context: Matrix? = nil
    ) throws -> Matrix {
        try vectors(
            of: (0..<set.count).lazy.map { set.view($0) },
            inputs: inputs,
            features: features,
            context: context
        )
    }

    /// The same of views, (3, 128, 128) each.
    func vectors(
        of views: some RandomAccessCollection<[Float]>,
        inputs: [BatchInput],
        features: BatchInput? = nil,
        context: Matrix? = nil
    ) throws -> Matrix {
        let network = inference.network
        var found: [Float] = []
        for start in stride(from: 0, to: views.count, by: Self.slicesAtOnce) {
            let count = min(Self.slicesAtOnce, views.count - start)
            var places: [String: TensorPlace] = [:]
            for input in network.inputs { places[input.name] = TensorPlace(zeros: [count] + input.shape) }
            for item in 0..<count {
                let view = views[views.index(views.startIndex, offsetBy: start + item)]
                var derived = [Float](repeating: 0, count: features?.count ?? 0)
                if let features {
                    var span = derived.mutableSpan
                    features.fill(&span, view: view.span, features: Span())
                }
                for input in inputs {
                    places[input.name]?.write { all in
                        var row = all._mutatingExtracting(item * input.count..<(item + 1) * input.count)
                        input.fill(&row, view: view.span, features: derived.span)
                    }
                }
            }
            if let context {
                let rows = context.selecting(rows: Array(start..<start + count))
                places[DetailEncoder.outline]?.replace(with: rows.values)
            }
            found += try inference.outputs(of: places, count: count)[stage.rawValue] ?? []
        }
        return Matrix(rows: views.count, columns: found.count / max(1, views.count), values: found)
    }
}
