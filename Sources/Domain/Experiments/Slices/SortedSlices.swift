import Labeling
import Lungs

/// Found slices by patient and series.
struct SortedSlices {
    /// A whole series.
    struct Series {
        let patient: String
        let name: String
        /// Those that show enough lung, along the body.
        let members: [(index: Int, level: Double)]
        /// Whether it ends within the lungs.
        let isCut: Bool
    }

    /// Numbered, in the order of their first slices; those with lungs only.
    let patients: [String]
    /// In the order of their first slices.
    let series: [Series]
    /// Slices with lungs of no whole series, by patient.
    let singles: [String: [Int]]
    /// Slices with lungs of which no patient is known.
    let nameless: Int
    private let names: [Int: String]

    init(_ found: [FoundSlice], kind: String) {
        var numbers: [String: String] = [:]
        var (names, patients): ([Int: String], [String]) = ([:], [])
        let withLungs = Set(found.compactMap { $0.crop == nil ? nil : $0.patient })
        for (index, slice) in found.enumerated() {
            guard slice.patient.map({ withLungs.contains($0) }) ?? (slice.crop != nil) else { continue }
            // A zero byte stands in no identifier, so the key of a nameless slice is nobody's.
            let key = slice.patient ?? "\u{0}\(index)"
            if numbers[key] == nil {
                numbers[key] = "\(kind) \(numbers.count + 1)"
                patients.append("\(kind) \(numbers.count)")
            }
            names[index] = numbers[key]
        }
        let groups = Self.groups(found, names)
        var (series, singles): ([Series], [String: [Int]]) = ([], [:])
        var counts: [String: Int] = [:]
        for indices in groups {
            guard let patient = names[indices[0]] else { continue }
            if let whole = Self.levels(indices, found) {
                counts[patient, default: 0] += 1
                let name = "\(patient) series \(counts[patient] ?? 0)"
                series.append(
                    Series(patient: patient, name: name, members: whole.members, isCut: whole.isCut)
                )
            } else {
                singles[patient, default: []] += indices.filter { found[$0].crop != nil }
            }
        }
        self.names = names
        self.series = series
        self.singles = singles
        let kept = Set(series.filter { !$0.members.isEmpty }.map(\.patient)).union(
            singles.filter { !$0.value.isEmpty }.keys
        )
        self.patients = patients.filter { kept.contains($0) }
        self.nameless = found.count { $0.patient == nil && $0.crop != nil }
    }

    /// The number of a slice's patient.
    func patient(of index: Int) -> String? { self.names[index] }

    /// Slices of one series each, or of none alone, in the order of their first.
    private static func groups(_ found: [FoundSlice], _ names: [Int: String]) -> [[Int]] {
        var places: [[String]: Int] = [:]
        var groups: [[Int]] = []
        for (index, slice) in found.enumerated() {
            guard let patient = names[index] else { continue }
            guard let series = slice.series, slice.offsetMillimeters?.isFinite == true else {
                groups.append([index])
                continue
            }
            if let place = places[[patient, series]] {
                groups[place].append(index)
            } else {
                places[[patient, series]] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    /// Nil for a series that is too short to be whole.
    private static func levels(
        _ indices: [Int],
        _ found: [FoundSlice]
    ) -> (members: [(index: Int, level: Double)], isCut: Bool)? {
        guard indices.count >= LabelingRecipe().sequenceMinimum else { return nil }
        let order = indices.sorted {
            let (a, b) = (found[$0].offsetMillimeters ?? 0, found[$1].offsetMillimeters ?? 0)
            return a == b ? $0 < $1 : a > b
        }
        let levels = sequenceLevel(
            order.map { (found[$0].offsetMillimeters ?? 0, found[$0].areaSquareCentimeters) }
        )
        let members = zip(order, levels).compactMap { index, level in
            level.flatMap { level in found[index].crop == nil ? nil : (index: index, level: level) }
        }
        let largest = order.map { found[$0].areaSquareCentimeters }.max() ?? 0
        let ends = [order.first, order.last].compactMap { $0 }.map { found[$0].areaSquareCentimeters }
        return (members, ends.contains { $0 > SliceArchive.cutShare * largest })
    }
}
