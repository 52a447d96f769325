/// How the members of a set hang together: series long enough to be walked along, and the rest.
struct SliceGroups {
    /// One series: its members in ascending order of their offsets.
    struct Sequence: Equatable {
        let members: [Int]
        let offsets: [Double]
    }

    /// Number of members.
    let count: Int
    /// The series with places along the body.
    let sequences: [Sequence]
    /// Slices with a place but of no long series.
    let singles: [Int]
    /// Slices without any place: pictures.
    let pictures: [Int]

    /// Groups the members of a set.
    init(of members: [LabelingMember], minimum: Int) {
        self.init(
            series: members.map(\.series),
            offsets: members.map(\.offsetMillimeters),
            minimum: minimum
        )
    }

    /// Groups members by series.
    ///
    /// - Parameters:
    ///   - series: (N) series of each member.
    ///   - offsets: (N) place of each member along the body, millimeters.
    ///   - minimum: members with a place that make a series a sequence.
    init(series: [[UInt8]], offsets: [Double?], minimum: Int) {
        count = series.count
        var order: [[UInt8]] = []
        var placed: [[UInt8]: [Int]] = [:]
        var pictures: [Int] = []
        for (index, name) in series.enumerated() {
            guard offsets[index] != nil else {
                pictures.append(index)
                continue
            }
            if placed[name] == nil { order.append(name) }
            placed[name, default: []].append(index)
        }
        var sequences: [Sequence] = []
        var singles: [Int] = []
        for name in order {
            let members = placed[name] ?? []
            guard members.count >= minimum else {
                singles.append(contentsOf: members)
                continue
            }
            let sorted = members.map { (index: $0, offset: offsets[$0] ?? 0) }
                .sorted { ($0.offset, $0.index) < ($1.offset, $1.index) }
            sequences.append(Sequence(members: sorted.map(\.index), offsets: sorted.map(\.offset)))
        }
        self.sequences = sequences
        self.singles = singles.sorted()
        self.pictures = pictures
    }

    /// The sets of members within which a row's similarities are compared with each other. Those too small for a
    /// standard deviation are joined.
    var comparisons: [[Int]] {
        let all = sequences.map { $0.members.sorted() } + [singles, pictures]
        var (large, small): ([[Int]], [Int]) = ([], [])
        for group in all where !group.isEmpty {
            if group.count >= Self.comparisonMinimum { large.append(group) } else { small += group }
        }
        if small.isEmpty { return large }
        if small.count < Self.comparisonMinimum, let last = large.popLast() {
            return large + [(last + small).sorted()]
        }
        return large + [small.sorted()]
    }

    private static let comparisonMinimum = 4
}
