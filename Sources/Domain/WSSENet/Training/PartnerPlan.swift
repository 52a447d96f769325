import LinearAlgebra

/// With which slice another one is compared: with itself, or, for a share of them, with one of the slices of other patients
/// that are most similar by the labels. So a lesion's place is learned to be the same place in another chest.
struct PartnerPlan: Sendable {
    /// (n): the most similar slices of other patients.
    private let nearest: [[Int]]
    private let share: Double

    /// So many of the most similar ones are drawn from.
    private static let nearestCount = 8

    /// - Parameters:
    ///   - similarity: (n x n), labels.
    ///   - share: of the slices that get another patient's partner, 0...1.
    init(patients: [[UInt8]], similarity: Matrix, share: Double) {
        self.share = share
        guard share > 0 else {
            nearest = Array(repeating: [], count: patients.count)
            return
        }
        nearest = patients.indices.map { slice in
            let row = similarity.row(slice)
            return patients.indices.filter { patients[$0] != patients[slice] }
                .sorted { a, b in
                    let (first, second) = (row[row.startIndex + a], row[row.startIndex + b])
                    return first == second ? a < b : first > second
                }
                .prefix(Self.nearestCount).map(\.self)
        }
    }

    /// A slice's partner, by random numbers.
    func partner(of slice: Int, _ generator: inout SeededGenerator) -> Int {
        guard generator.unit() < share, !nearest[slice].isEmpty else { return slice }
        return nearest[slice][generator.below(nearest[slice].count)]
    }
}
