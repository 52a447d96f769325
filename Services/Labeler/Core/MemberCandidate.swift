import Storage
import Wire

/// A slice with lungs that may become a member of a data set.
struct MemberCandidate: Sendable, Equatable {
    let sliceID: Identifier
    let seriesID: Identifier
    let patientID: Identifier
    let offsetMillimeters: Double?
}

/// Bounds how many crops are loaded for a data set: whole series, each patient's first before anybody's second, in an
/// order that the seed decides; the labeling then chooses its members from these.
///
/// - Parameter maximum: candidates after which no further series is taken.
/// - Returns: all candidates when they are no more than `maximum`, ascending by slice.
func boundedCandidates(_ all: [MemberCandidate], maximum: Int, seed: UInt64) -> [MemberCandidate] {
    guard all.count > maximum else { return all.sorted { $0.sliceID < $1.sliceID } }
    let seedBytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * UInt64($0))) }
    var series: [Identifier: [MemberCandidate]] = [:]
    for candidate in all { series[candidate.seriesID, default: []].append(candidate) }
    // By a digest, so that the order depends on the seed and the series alone, not on what else is stored.
    let shuffled = series.keys.map { (id: $0, key: Digest(of: seedBytes + $0.bytes).hex) }
        .sorted { $0.key < $1.key }
    var seriesOfPatient: [Identifier: Int] = [:]
    let ranked = shuffled.enumerated().map { place, entry in
        let members = series[entry.id] ?? []
        let rank = members.first.map { seriesOfPatient[$0.patientID, default: 0] } ?? 0
        if let patient = members.first?.patientID { seriesOfPatient[patient, default: 0] += 1 }
        return (rank: rank, place: place, members: members)
    }
    var chosen: [MemberCandidate] = []
    for entry in ranked.sorted(by: { ($0.rank, $0.place) < ($1.rank, $1.place) }) {
        guard chosen.count < maximum else { break }
        chosen += entry.members
    }
    return chosen.sorted { $0.sliceID < $1.sliceID }
}
