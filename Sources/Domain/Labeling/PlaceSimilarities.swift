/// Similarity falls to zero at this distance along one series, millimeters.
private let adjacencyReachMillimeters = 100.0

/// 1 at the same place of a series, falling to 0 at 100 mm; 0 between series.
func adjacencySimilarities(_ groups: SliceGroups) -> SimilarityMatrix {
    var result = SimilarityMatrix(count: groups.count)
    for sequence in groups.sequences {
        for (i, row) in sequence.members.enumerated() {
            for (j, column) in sequence.members.enumerated() {
                let distance = abs(sequence.offsets[i] - sequence.offsets[j])
                result[row, column] = max(0, 1 - distance / adjacencyReachMillimeters)
            }
        }
    }
    return result
}

/// 1 less the difference of the relative depths; 0 for slices outside every sequence.
func heightSimilarities(_ groups: SliceGroups) -> SimilarityMatrix {
    var result = SimilarityMatrix(count: groups.count)
    let depths = groups.relativeDepths
    for row in 0..<groups.count {
        for column in 0..<groups.count {
            guard let first = depths[row], let second = depths[column] else { continue }
            result[row, column] = 1 - abs(first - second)
        }
    }
    return result
}

extension SliceGroups {
    /// Where each slice lies in its series, 0 at the highest to 1 at the lowest; nil outside every sequence.
    var relativeDepths: [Double?] {
        var depths = [Double?](repeating: nil, count: count)
        for sequence in sequences {
            let lowest = sequence.offsets[0], highest = sequence.offsets[sequence.offsets.count - 1]
            for (member, offset) in zip(sequence.members, sequence.offsets) {
                depths[member] = (highest - offset) / max(highest - lowest, 1e-6)
            }
        }
        return depths
    }
}
