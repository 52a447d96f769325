private import Glibc

/// Shifts along both series are this far apart, and reach this many standard deviations.
private let shiftStepMillimeters = 4.0
private let shiftReach = 2.5

/// Gaussian average along each series, on both sides of the pairs independently: K S Kᵀ. Slices outside a sequence
/// stay themselves.
func smoothedEach(_ matrix: SimilarityMatrix, _ groups: SliceGroups, sigma: Double) -> SimilarityMatrix {
    let rows = averagedRows(matrix, groups, sigma: sigma)
    return transposed(averagedRows(transposed(rows), groups, sigma: sigma))
}

private func averagedRows(
    _ matrix: SimilarityMatrix,
    _ groups: SliceGroups,
    sigma: Double
) -> SimilarityMatrix {
    let count = matrix.count
    var result = matrix
    for sequence in groups.sequences {
        for (place, member) in sequence.members.enumerated() {
            let weights = sequence.offsets.map { offset -> Double in
                let distance = (offset - sequence.offsets[place]) / sigma
                return exp(-distance * distance / 2)
            }
            let total = weights.reduce(0, +)
            for column in 0..<count { result[member, column] = 0 }
            for (other, weight) in zip(sequence.members, weights) where weight > 1e-12 {
                let share = weight / total
                for column in 0..<count { result[member, column] += share * matrix[other, column] }
            }
        }
    }
    return result
}

private func transposed(_ matrix: SimilarityMatrix) -> SimilarityMatrix {
    var result = SimilarityMatrix(count: matrix.count)
    for row in 0..<matrix.count {
        for column in 0..<matrix.count { result[column, row] = matrix[row, column] }
    }
    return result
}

/// The lengths of one measure's smoothing, millimeters (standard deviations).
struct SmoothingLengths {
    let along: Double
    let across: Double
    let each: Double
}

/// Two series run through the body in the same order, so the similarity of slices i and j is averaged along the
/// diagonal: the mean over common shifts t of S(i + t, j + t), Gaussian in t, where both exist. Pairs with a slice
/// outside every sequence are smoothed along the other's side only.
func smoothedAlong(
    _ matrix: SimilarityMatrix,
    _ groups: SliceGroups,
    lengths: SmoothingLengths,
    isCancelled: () -> Bool
) throws(LabelingError) -> SimilarityMatrix {
    var result = smoothedEach(matrix, groups, sigma: lengths.each)
    guard !groups.sequences.isEmpty else { return result }
    let start = smoothedEach(matrix, groups, sigma: lengths.across)
    let steps = Int(2 * shiftReach * lengths.along / shiftStepMillimeters + 0.025)
    let shifts = (0...steps).map { -shiftReach * lengths.along + Double($0) * shiftStepMillimeters }
    let weights = shifts.map { exp(-$0 * $0 / (2 * lengths.along * lengths.along)) }
    let places = groups.sequences.map { sequence in shifts.map { shiftedPlaces(sequence, by: $0) } }
    for (a, first) in groups.sequences.enumerated() {
        for (b, second) in groups.sequences.enumerated() where b >= a {
            if isCancelled() { throw .cancelled }
            let block = diagonalMeans(
                start,
                rows: first.members,
                columns: second.members,
                rowPlaces: places[a],
                columnPlaces: places[b],
                weights: weights
            )
            for (i, row) in first.members.enumerated() {
                for (j, column) in second.members.enumerated() {
                    result[row, column] = block[i * second.members.count + j]
                    result[column, row] = block[i * second.members.count + j]
                }
            }
        }
    }
    return result
}

/// Between which two members of a sequence a shifted place lies.
private struct ShiftedPlace {
    let member: Int
    let lower: Int
    let upper: Int
    let fraction: Double
}

/// The members of a sequence whose place, shifted, still lies in the sequence.
private func shiftedPlaces(_ sequence: SliceGroups.Sequence, by shift: Double) -> [ShiftedPlace] {
    let offsets = sequence.offsets
    let last = offsets.count - 1
    var places: [ShiftedPlace] = []
    var lower = 0
    for (member, offset) in offsets.enumerated() {
        let target = offset + shift
        // A micrometer of tolerance: offsets come from decimal texts.
        guard target >= offsets[0] - 1e-3, target <= offsets[last] + 1e-3 else { continue }
        // Offsets ascend, and so do the targets.
        while lower < last - 1, offsets[lower + 1] < target { lower += 1 }
        let width = max(offsets[lower + 1] - offsets[lower], 1e-6)
        let fraction = min(max((target - offsets[lower]) / width, 0), 1)
        places.append(ShiftedPlace(member: member, lower: lower, upper: lower + 1, fraction: fraction))
    }
    return places
}

private func diagonalMeans(
    _ matrix: SimilarityMatrix,
    rows: [Int],
    columns: [Int],
    rowPlaces: [[ShiftedPlace]],
    columnPlaces: [[ShiftedPlace]],
    weights: [Double]
) -> [Double] {
    var totals = [Double](repeating: 0, count: rows.count * columns.count)
    var weightSums = totals
    for (shift, weight) in weights.enumerated() {
        for place in rowPlaces[shift] {
            let (lower, upper) = (rows[place.lower], rows[place.upper])
            for other in columnPlaces[shift] {
                let (left, right) = (columns[other.lower], columns[other.upper])
                let above = (1 - other.fraction) * matrix[lower, left] + other.fraction * matrix[lower, right]
                let below = (1 - other.fraction) * matrix[upper, left] + other.fraction * matrix[upper, right]
                let target = place.member * columns.count + other.member
                totals[target] += weight * ((1 - place.fraction) * above + place.fraction * below)
                weightSums[target] += weight
            }
        }
    }
    for index in totals.indices { totals[index] /= max(weightSums[index], 1e-9) }
    return totals
}
