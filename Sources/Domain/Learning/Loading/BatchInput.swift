package import LinearAlgebra

/// One view of one of a row's slices, and the inputs of a network that are made of it.
package struct BatchView: Sendable {
    /// Which of the row's slices is seen, from 0.
    package let slice: Int
    /// Ranges of the random changes.
    package let recipe: ViewRecipe
    /// What several inputs are made of, computed once a view; nil: inputs are made of the view itself.
    package let features: BatchInput?
    /// What is made of the view.
    package let inputs: [BatchInput]

    /// A view of the row's only slice, if no other is named.
    package init(slice: Int = 0, recipe: ViewRecipe, features: BatchInput? = nil, inputs: [BatchInput]) {
        precondition(
            features != nil || inputs.allSatisfy { $0.source == .view },
            "nothing makes the features"
        )
        self.slice = slice
        self.recipe = recipe
        self.features = features
        self.inputs = inputs
    }
}

/// One input of a network, made of a view or of its features.
package struct BatchInput: Sendable {
    /// Writes one row of the input, (count), from a view, (channels, height, width), or from its features. Called on
    /// several threads at once; the row holds rubbish before, and all of it must be overwritten.
    package typealias Writer = @Sendable (_ view: Span<Float>, _ row: inout MutableSpan<Float>) -> Void

    /// What an input is made of.
    package enum Source: Sendable { case view, features }

    /// The network's name for it.
    package let name: String
    /// Numbers of one row.
    package let count: Int
    let source: Source
    private let write: Writer

    /// An input that a function makes.
    package init(_ name: String, count: Int, of source: Source = .view, write: @escaping Writer) {
        self.name = name
        self.count = count
        self.source = source
        self.write = write
    }

    /// Writes one row of the input, (count), from what it is made of.
    package func fill(_ row: inout MutableSpan<Float>, view: Span<Float>, features: Span<Float>) {
        switch self.source {
        case .view: self.write(view, &row)
        case .features: self.write(features, &row)
        }
    }

    /// An input that is some of the view's planes, times a factor, plus an offset: (planes, height, width).
    package init(
        _ name: String,
        planes: Range<Int>,
        of shape: SampledShape,
        factor: Float = 1,
        offset: Float = 0
    ) {
        precondition(planes.lowerBound >= 0 && planes.upperBound <= shape.channels, "no such planes")
        let numbers = planes.lowerBound * shape.planeSize..<planes.upperBound * shape.planeSize
        self.init(name, count: numbers.count) { view, row in
            let source = view.extracting(numbers)
            let count = row.count
            precondition(source.count == count, "a row of another size")
            for index in 0..<count { row[index] = source[index] * factor + offset }
        }
    }
}

/// The slices of which one row of a batch is made: one, or several where a network compares them.
package struct BatchRow: Sendable, Hashable {
    /// Numbers of the slices.
    package let slices: [Int]

    /// A row of some slices.
    package init(_ slices: Int...) { self.slices = slices }
}

/// A batch, ready to be copied into a network's inputs.
package struct Batch: Sendable, Equatable {
    /// Its number, from 0.
    package let number: Int
    /// What its rows are made of.
    package let rows: [BatchRow]
    /// (rows, count) of each input, by name.
    package let inputs: [String: [Float]]
}
