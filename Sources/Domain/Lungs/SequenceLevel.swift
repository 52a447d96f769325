/// The height of every slice of a series within the lungs: 0 at the apex to 1 at the base.
///
/// The lungs' run is the stretch of slices around the one with the largest area, in the order of their
/// offsets, whose areas are at least 5 cm², single smaller slices in between allowed.
///
/// - Parameter slices: (N) offset along the body, growing toward the head, in millimeters, and lung area in
///   cm².
/// - Returns: (N) in the same order; nil for slices outside the run. A run whose slices all have one offset
///   is at 0.
package func sequenceLevel(
    _ slices: [(offsetMillimeters: Double, areaSquareCentimeters: Double)]
) -> [Double?] {
    var levels = [Double?](repeating: nil, count: slices.count)
    let order = slices.indices.sorted {
        let (a, b) = (slices[$0].offsetMillimeters, slices[$1].offsetMillimeters)
        return a == b ? $0 < $1 : a > b
    }
    let areas = order.map { slices[$0].areaSquareCentimeters }
    guard let largest = areas.max(), largest >= LungLimits.runSquareCentimeters,
        let middle = areas.firstIndex(of: largest)
    else { return levels }
    func isLung(_ place: Int) -> Bool {
        areas.indices.contains(place) && areas[place] >= LungLimits.runSquareCentimeters
    }
    var (first, last) = (middle, middle)
    while true {
        if isLung(first - 1) { first -= 1 } else if isLung(first - 2) { first -= 2 } else { break }
    }
    while true {
        if isLung(last + 1) { last += 1 } else if isLung(last + 2) { last += 2 } else { break }
    }
    let top = slices[order[first]].offsetMillimeters
    let height = top - slices[order[last]].offsetMillimeters
    for place in first...last {
        levels[order[place]] = height > 0 ? (top - slices[order[place]].offsetMillimeters) / height : 0
    }
    return levels
}
