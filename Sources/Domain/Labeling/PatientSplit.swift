private import LinearAlgebra

/// The members of a data set when there are more slices than it may hold: whole series first, each patient's first
/// series before anybody's second, and no patient more than half; what room is left goes to evenly thinned series.
///
/// - Returns: indices into `members`, ascending.
func selectedMembers(_ members: [LabelingMember], maximum: Int, seed: UInt64) -> [Int] {
    guard members.count > maximum else { return Array(members.indices) }
    var bySeries: [[UInt8]: [Int]] = [:]
    for (index, member) in members.enumerated() { bySeries[member.series, default: []].append(index) }
    // Sorted before it is shuffled: the choice depends on the seed, not on the order of arrival.
    var order = bySeries.keys.sorted { $0.lexicographicallyPrecedes($1) }
    var generator = SeededGenerator(seed: seed, stream: 1)
    generator.shuffle(&order)
    var seriesOfPatient: [[UInt8]: Int] = [:]
    let ranked = order.map { name -> (rank: Int, members: [Int]) in
        let list = bySeries[name] ?? []
        let patient = list.first.map { members[$0].patient } ?? []
        defer { seriesOfPatient[patient, default: 0] += 1 }
        return (seriesOfPatient[patient, default: 0], list)
    }
    let ordered = ranked.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
    var chosen: [Int] = []
    var taken: [[UInt8]: Int] = [:]
    var isTaken = [Bool](repeating: false, count: ordered.count)
    for isWhole in [true, false] {
        for (place, series) in ordered.map(\.element.members).enumerated() where !isTaken[place] {
            let patient = members[series[0]].patient
            let room = min(maximum - chosen.count, maximum / 2 - taken[patient, default: 0])
            guard room > 0, !isWhole || series.count <= room else { continue }
            let count = min(series.count, room)
            chosen += (0..<count).map { series[$0 * series.count / count] }
            taken[patient, default: 0] += count
            isTaken[place] = true
        }
    }
    return chosen.sorted()
}

/// Chooses the patients of the test side.
///
/// Patients are drawn at random until their members reach the wished share; one who would overshoot it by half is
/// left to training, unless nobody else is left to choose.
///
/// - Returns: (N) whether each member is on the test side; both sides have at least one patient.
func testSide(_ patients: [[UInt8]], share: Double, seed: UInt64) throws(LabelingError) -> [Bool] {
    var counts: [[UInt8]: Int] = [:]
    for patient in patients { counts[patient, default: 0] += 1 }
    guard counts.count >= 2 else { throw .tooFewPatients(found: counts.count) }
    var order = counts.keys.sorted { $0.lexicographicallyPrecedes($1) }
    var generator = SeededGenerator(seed: seed, stream: 2)
    generator.shuffle(&order)
    let target = max(Double(patients.count) * share, Double(testMemberMinimum))
    var test: Set<[UInt8]> = []
    var testCount = 0
    func take(_ patient: [UInt8]) {
        test.insert(patient)
        testCount += counts[patient] ?? 0
    }
    for patient in order where Double(testCount) < target && test.count < counts.count - 1 {
        if Double(testCount + (counts[patient] ?? 0)) <= 1.5 * target { take(patient) }
    }
    // Few large patients: the smallest ones that are needed.
    let rest = order.filter { !test.contains($0) }
        .enumerated()
        .sorted { (counts[$0.element] ?? 0, $0.offset) < (counts[$1.element] ?? 0, $1.offset) }
        .map(\.element)
    for patient in rest where testCount < testMemberMinimum && test.count < counts.count - 1 { take(patient) }
    return patients.map { test.contains($0) }
}

/// Fewest members of a side that can be compared with each other.
let testMemberMinimum = 3
