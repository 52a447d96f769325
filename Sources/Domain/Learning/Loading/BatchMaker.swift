private import LinearAlgebra

/// Makes batches of augmented slices, each from its number alone.
package struct BatchMaker: Sendable {
    /// Which rows a batch has, by its number; must give the same for the same number. Called on several threads.
    package typealias Plan = @Sendable (_ batch: Int) throws -> [BatchRow]

    private let slices: CompactSlices
    private let views: [BatchView]
    private let seed: UInt64
    private let plan: Plan

    /// A maker of batches.
    ///
    /// - Parameters:
    ///   - slices: from which the rows are made.
    ///   - views: what is made of each row; no two inputs of one name.
    ///   - seed: of all random changes.
    package init(slices: CompactSlices, views: [BatchView], seed: UInt64, plan: @escaping Plan) {
        let names = views.flatMap { $0.inputs.map(\.name) }
        precondition(Set(names).count == names.count, "two inputs of one name")
        self.slices = slices
        self.views = views
        self.seed = seed
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
                workspace.show(self.slices, source.slices[view.slice], drawn)
                for (input, array) in zip(view.inputs, arrays.indices) {
                    var all = arrays[array].mutableSpan
                    var part = all._mutatingExtracting(row * input.count..<(row + 1) * input.count)
                    input.write(workspace.view.span, &part)
                }
            }
            for (input, array) in zip(view.inputs, arrays) { inputs[input.name] = array }
        }
        return Batch(number: number, rows: rows, inputs: inputs)
    }
}

/// Memory for one row after the other.
private struct Workspace {
    /// (channels, height, width): the slice as it is stored.
    private var slice: [Float]
    /// (channels, height, width): the slice seen through the view.
    private(set) var view: [Float]
    private var scratch: ViewScratch

    init(_ shape: SampledShape) {
        self.slice = [Float](repeating: 0, count: shape.count)
        self.view = self.slice
        self.scratch = ViewScratch(for: shape)
    }

    mutating func show(_ slices: CompactSlices, _ number: Int, _ drawn: DrawnView) {
        slices.write(number, into: &self.slice)
        Self.apply(drawn, slices, from: self.slice, to: &self.view, &self.scratch)
    }

    // Apart, so that the spans are of variables and not of parts of `self`, which exclude each other.
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
