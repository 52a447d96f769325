package import LinearAlgebra

/// A mean and the interval in which it lies with a probability of 95 %.
package struct Interval: Sendable, Equatable {
    /// The plain mean.
    package let mean: Double
    /// The 2.5th percentile of the redrawn means.
    package let lower: Double
    /// The 97.5th percentile of the redrawn means.
    package let upper: Double

    /// Whether all of the interval lies above zero.
    package var isAboveZero: Bool { lower > 0 }
}

/// The mean over patients of each patient's mean, with its bootstrap interval.
///
/// Neighboring slices resemble each other, so they are redrawn in blocks: runs of slices that follow each other, around the
/// end where needed (the circular block bootstrap: Politis and Romano 1992), so that the slices at apex and base weigh
/// as much as the others. Where patients themselves are not redrawn, the interval says nothing about other patients.
/// For the difference of two methods, give the differences of the same queries.
///
/// - Parameters:
///   - patients: for each patient the values of its queries in the order of the slices; nil: the query has no value.
///   - blockLength: slices of a block.
///   - redrawsPatients: draws as many patients as there are, some of them several times, before their slices.
///   - drawCount: how often all is redrawn.
///   - generator: where the draws come from.
/// - Returns: nil when no patient has a value.
package func blockBootstrap(
    _ patients: [[Double?]],
    blockLength: Int = 8,
    redrawsPatients: Bool = false,
    drawCount: Int = 2_000,
    generator: inout SeededGenerator
) -> Interval? {
    precondition(blockLength > 0 && drawCount > 0, "nothing to draw")
    let valued = patients.filter { $0.contains { $0 != nil } }
    guard !valued.isEmpty else { return nil }
    let means = valued.compactMap { mean($0) }
    var draws: [Double] = []
    draws.reserveCapacity(drawCount)
    for _ in 0..<drawCount {
        let redrawn = valued.indices.compactMap { place -> Double? in
            let values = valued[redrawsPatients ? generator.below(valued.count) : place]
            let blocks = (values.count + blockLength - 1) / blockLength
            var chosen: [Double?] = []
            for _ in 0..<blocks {
                let start = generator.below(values.count)
                for offset in 0..<min(blockLength, values.count) {
                    chosen.append(values[(start + offset) % values.count])
                }
            }
            return mean(chosen)
        }
        // A draw may hit only queries without a value.
        if !redrawn.isEmpty { draws.append(redrawn.reduce(0, +) / Double(redrawn.count)) }
    }
    draws.sort()
    func percentile(_ share: Double) -> Double {
        guard !draws.isEmpty else { return .nan }
        let place = share * Double(draws.count - 1)
        let (lower, fraction) = (Int(place), place - place.rounded(.down))
        let upper = min(lower + 1, draws.count - 1)
        return draws[lower] + (draws[upper] - draws[lower]) * fraction
    }
    return Interval(
        mean: means.reduce(0, +) / Double(means.count),
        lower: percentile(0.025),
        upper: percentile(0.975)
    )
}

private func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
