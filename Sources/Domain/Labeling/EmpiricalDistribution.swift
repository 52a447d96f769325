/// Where a value lies among the values of a sample, 0...1, by linear interpolation between 401 quantiles.
struct EmpiricalDistribution: Equatable {
    /// Quantiles 0, 1/400 … 1, ascending; empty for an empty sample.
    private let quantiles: [Double]

    static let pointCount = 401

    /// Takes the quantiles of a sample, interpolated between neighbors of the sorted sample.
    init(of sample: [Double]) {
        let sorted = sample.sorted()
        guard !sorted.isEmpty else {
            quantiles = []
            return
        }
        quantiles = (0..<Self.pointCount).map { point in
            Self.quantile(of: sorted, Double(point) / Double(Self.pointCount - 1))
        }
    }

    /// The value below which a share of a sorted, non-empty sample lies.
    static func quantile(of sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let lower = min(Int(place), sorted.count - 1)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
    }

    /// The place of a value: 0 below all, 1 from the largest on.
    func place(of value: Double) -> Double {
        guard let first = quantiles.first, let last = quantiles.last else { return 0.5 }
        if value >= last { return 1 }
        if value < first { return 0 }
        // The last quantile that is not above the value.
        var (low, high) = (0, quantiles.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if quantiles[middle] <= value { low = middle } else { high = middle }
        }
        let width = quantiles[low + 1] - quantiles[low]
        let within = width > 0 ? (value - quantiles[low]) / width : 0
        return (Double(low) + within) / Double(Self.pointCount - 1)
    }

    /// The places of all values.
    func places(of matrix: SimilarityMatrix) -> SimilarityMatrix {
        SimilarityMatrix(count: matrix.count, values: matrix.values.map { place(of: $0) })
    }
}
