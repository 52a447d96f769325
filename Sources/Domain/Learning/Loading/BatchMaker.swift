private import LinearAlgebra

/// Makes batches of augmented slices, each from its number alone.
package struct BatchMaker: Sendable {
    /// Which rows a batch has, by its number; must give the same for the same number. Called on several threads.
    package typealias Plan = @Sendable (_ batch: Int) throws -> [BatchRow]
    /// Changes a slice, (channels, height, width), before it is seen; the same for the same place and row. Called on several
    /// threads.
    package typealias Change = @Sendable (_ slice: inout [Float], _ place: ViewPlace, _ row: BatchRow) -> Void

    private let slices: CompactSlices
    private let views: [BatchView]
    private let seed: UInt64
    private let change: Change?
    private let plan: Plan

    /// A maker of batches.
    ///
    /// - Parameters:
    ///   - slices: from which the rows are made.
    ///   - views: what is made of each row; no two inputs of one name.
    ///   - seed: of all random changes.
    ///   - change: what is done to a slice before it is seen through a view; nil: nothing.
    package init(
        slices: CompactSlices,
        views: [BatchView],
        seed: UInt64,
        change: Change? = nil,
        plan: @escaping Plan
    ) {
        let names = views.flatMap { $0.inputs.map(\.name) }
        precondition(Set(names).count == names.count, "two inputs of one name")
        self.slices = slices
        self.views = views
        self.seed = seed
        self.change = change
        self.plan = plan
    }

    /// One batch.
    ///
    /// - Parameter old: inputs of a batch that is no longer needed, whose memory is used again.
    /// - Throws: what the plan throws.
    package func batch(_ number: Int, reusing old: consuming [String: [Float]] = [:]) throws -> Batch {
        let rows = try self.plan(number)
        var workspace = Workspace(self.slices.shape)
        var inputs: [String: [Float]] = [:]
        for (index, view) in self.views.enumerated() {
            var arrays = view.inputs.map { input in
                let size = rows.count * input.count
                // Taken out of the dictionary: an array with two owners would be copied.
                if let used = old.removeValue(forKey: input.name), used.count == size { return used }
                return [Float](repeating: 0, count: size)
            }
            for (row, source) in rows.enumerated() {
                let place = ViewPlace(batch: number, row: row, view: index)
                let drawn = DrawnView(view.recipe, seed: self.seed, at: place)
                workspace.load(self.slices, source.slices[view.slice])
                self.change?(&workspace.slice, place, source)
                workspace.show(self.slices, drawn)
                if let features = view.features { workspace.derive(features) }
                for (input, array) in zip(view.inputs, arrays.indices) {
                    var all = arrays[array].mutableSpan
                    var part = all._mutatingExtracting(row * input.count..<(row + 1) * input.count)
                    input.fill(&part, view: workspace.view.span, features: workspace.features.span)
                }
            }
            for (input, array) in zip(view.inputs, arrays) { inputs[input.name] = array }
        }
        return Batch(number: number, rows: rows, inputs: inputs)
    }
}

/// Memory for one row after the other.
private struct Workspace {
    /// (channels, height, width): the slice as it is stored, or as it was changed.
    var slice: [Float]
    /// (channels, height, width): the slice seen through the view.
    private(set) var view: [Float]
    /// What several inputs are made of.
    private(set) var features: [Float] = []
    private var scratch: ViewScratch

    init(_ shape: SampledShape) {
        self.slice = [Float](repeating: 0, count: shape.count)
        self.view = self.slice
        self.scratch = ViewScratch(for: shape)
    }

    mutating func load(_ slices: CompactSlices, _ number: Int) {
        slices.write(number, into: &self.slice)
    }

    mutating func derive(_ features: BatchInput) {
        if self.features.count != features.count {
            self.features = [Float](repeating: 0, count: features.count)
        }
        Self.derive(features, from: self.view, into: &self.features)
    }

    mutating func show(_ slices: CompactSlices, _ drawn: DrawnView) {
        Self.apply(drawn, slices, from: self.slice, to: &self.view, &self.scratch)
    }

    // Both apart, so that the spans are of variables and not of parts of `self`, which exclude each other.
    private static func derive(_ input: BatchInput, from view: [Float], into features: inout [Float]) {
        var span = features.mutableSpan
        input.fill(&span, view: view.span, features: Span())
    }

    private static func apply(
        _ drawn: DrawnView,
        _ slices: CompactSlices,
        from slice: [Float],
        to view: inout [Float],
        _ scratch: inout ViewScratch
    ) {
        var shown = view.mutableSpan
        drawn.apply(
            to: slice.span,
            shape: slices.shape,
            imageCount: slices.imageCount,
            into: &shown,
            scratch: &scratch
        )
    }
}
