/// The shape with which a mask is eroded or dilated: symmetric, given by its half height in each column.
struct StructuringElement {
    /// (R + 1): half height at 0...R columns from the center, never growing.
    let halfHeights: [Int]

    /// Columns from the center to the shape's edge.
    var reach: Int { halfHeights.count - 1 }

    /// Larger shapes are cut to this, which bounds the time that an absurd spacing can cost. No lung's
    /// closing comes near it.
    static let reachMaximum = 250

    /// All pixels within a Euclidean distance of `radius` pixels from the center.
    static func disc(radius: Double) -> StructuringElement {
        let radius = min(max(radius, 0), Double(reachMaximum))
        // The largest squared distance of the grid that lies within, so that no later test depends on
        // rounding.
        var limit = Int(radius * radius)
        while Double(limit + 1).squareRoot() <= radius { limit += 1 }
        while Double(limit).squareRoot() > radius { limit -= 1 }
        var heights: [Int] = []
        var height = Int(radius)
        for x in 0... {
            guard x * x <= limit else { break }
            while height * height > limit - x * x { height -= 1 }
            heights.append(height)
        }
        return StructuringElement(halfHeights: heights)
    }

    /// All pixels within `radius` steps from the center: a cross applied `radius` times.
    static func diamond(radius: Int) -> StructuringElement {
        let radius = min(max(radius, 0), reachMaximum)
        return StructuringElement(halfHeights: (0...radius).map { radius - $0 })
    }
}
