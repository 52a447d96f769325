internal import LinearAlgebra

/// Several queries at once against everything: products through OpenBLAS propose, the fixed kernel judges.
///
/// **Bound.** D(q, x)² = Σ w_p |x_p|² + Σ w_p |q_p|² − 2 Σ w_p ⟨x_p, q_p⟩. The computed sum of S products is off by at
/// most γ_S Σ w_j |x_j q_j| ≤ γ_S (Σ w_p |x_p|² + Σ w_p |q_p|²) / 2 in whatever order it is added, γ_S ≈ S u, and the
/// squared lengths by less. So the number minus a share of both lengths is a lower bound, and whatever it does not rule
/// out is compared by the kernel that defines distances: the answer is that of any other search, bit for bit.
struct BlockedScan {
    private let view: NeighborView
    private let rows: [[Float]]
    /// (S, B), the queries times their weights.
    private let weighted: Matrix
    /// (B), weighted squared lengths of the queries.
    private let lengths: [Float]
    private let share: Float
    private var states: [State]

    /// One query's list, and what it admits.
    private struct State {
        let query: NeighborQuery
        let distances: DistanceBound
        var admission: Admission
        var top: TopList
        var cost = SearchCost()
    }

    /// - Parameter rows: the queries' padded rows.
    init(view: NeighborView, queries: [NeighborQuery], rows: [[Float]]) {
        self.view = view
        self.rows = rows
        let (stride, ends) = (view.layout.stride, view.layout.ends)
        var weighted = Matrix(rows: stride, columns: queries.count)
        var lengths = [Float](repeating: 0, count: queries.count)
        for (number, query) in queries.enumerated() {
            var part = 0
            for column in 0..<stride {
                if column >= Int(ends[part]) { part += 1 }
                let product = query.weights[part] * rows[number][column]
                weighted[column, number] = product
                lengths[number] += product * rows[number][column]
            }
        }
        self.weighted = weighted
        self.lengths = lengths
        self.share = Float(stride + 16) * 0x1p-22
        self.states = queries.map { query in
            State(
                query: query,
                distances: DistanceBound(layout: view.layout, weights: query.weights),
                admission: Admission(query, owners: view.owners, facets: view.facets),
                top: TopList(k: query.k, isGrouping: query.grouping != .none)
            )
        }
    }

    /// The answers, in the order of the queries.
    mutating func run() -> [NeighborAnswer] {
        for number in self.view.partitions.indices { self.look(at: number) }
        return self.states.indices.map { index in
            var state = self.states[index]
            state.cost.radius = state.top.radius
            return self.view.answer(
                state.top.entries,
                cost: state.cost,
                query: state.query,
                row: self.rows[index]
            )
        }
    }

    private mutating func look(at number: Int) {
        let partition = self.view.partitions[number]
        let store = partition.store
        let stride = self.view.layout.stride
        let block = Matrix(
            rows: partition.count,
            columns: stride,
            values: store.floats(store.shape.rows, partition.count * stride)
        )
        let products = multiply(block, self.weighted)
        // Distances to the origin: the lengths of each part.
        let partLengths = self.view.layout.partDistances(
            from: [Float](repeating: 0, count: stride).span,
            to: block.values.span
        ).map { $0 * $0 }
        for index in self.states.indices {
            self.compare(
                partition,
                number,
                products: products,
                partLengths: partLengths,
                rows: block,
                for: index
            )
        }
    }

    private mutating func compare(
        _ partition: Partition,
        _ number: Int,
        products: Matrix,
        partLengths: [Float],
        rows: Matrix,
        for index: Int
    ) {
        let (view, row) = (self.view, self.rows[index])
        let weights = self.states[index].query.weights
        let masks = self.states[index].admission.lanes(of: partition)
        self.states[index].cost.candidates += partition.liveCount
        var limit = DistanceBound.squaredLimit(of: self.states[index].top.radius)
        var reach = self.states[index].distances.ringLimit(limit)
        for slot in 0..<partition.count where masks[slot / 16] >> UInt16(slot % 16) & 1 == 1 {
            var length: Float = 0
            for part in weights.indices { length += weights[part] * partLengths[slot * weights.count + part] }
            let both = length + self.lengths[index]
            // Not "above the limit, so out" alone: what overflowed proves nothing.
            if both - 2 * products.values[slot * self.states.count + index] - self.share * both > reach {
                continue
            }
            if !self.states[index].admission.admits(slot, of: partition.store) { continue }
            self.states[index].cost.distancesComputed += 1
            let squared = weightedSquaredDistance(
                row.span,
                rows.values.span.extracting(slot * rows.columns..<(slot + 1) * rows.columns),
                partEnds: view.layout.ends.span,
                weights: weights.span,
                limit: limit
            )
            if squared > limit { continue }
            self.states[index].top.offer(
                view.entry(
                    squared.squareRoot(),
                    slot,
                    of: number,
                    grouping: self.states[index].query.grouping
                )
            )
            limit = DistanceBound.squaredLimit(of: self.states[index].top.radius)
            reach = self.states[index].distances.ringLimit(limit)
        }
    }
}
