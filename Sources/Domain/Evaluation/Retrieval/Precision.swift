private import Glibc

/// Mean over the relevant places of the share that is relevant up to there (Manning, Raghavan, Schütze 2008,
/// section 8.4); nil where nothing is relevant.
func averagePrecision(_ isRelevant: [Bool]) -> Double? {
    var (found, sum) = (0, 0.0)
    for (place, relevant) in isRelevant.enumerated() where relevant {
        found += 1
        sum += Double(found) / Double(place + 1)
    }
    return found > 0 ? sum / Double(found) : nil
}

/// The share of the first places that is relevant: of so many, or of all where there are fewer; nil without places.
func precision(_ isRelevant: [Bool], first count: Int) -> Double? {
    let places = isRelevant.prefix(count)
    return places.isEmpty ? nil : Double(places.count { $0 }) / Double(places.count)
}

/// How near a ranking comes to the best one by graded relevance: the gain 2^grade - 1, divided by log2(1 + place), summed
/// over the first places, against the same of the best ranking (Järvelin and Kekäläinen 2002, with the gain of Burges
/// et al. 2005); nil where every grade is 0.
///
/// - Parameter grades: in the ranking's order.
func normalizedGain(_ grades: [UInt8], first count: Int) -> Double? {
    func gain(_ grades: ArraySlice<UInt8>) -> Double {
        grades.enumerated().reduce(0) { $0 + (exp2(Double($1.element)) - 1) / log2(Double($1.offset + 2)) }
    }
    let best = gain(grades.sorted(by: >).prefix(count))
    return best > 0 ? gain(grades.prefix(count)) / best : nil
}
