/// The shape with which a mask is eroded or dilated: symmetric, given by its half height in each column.
struct StructuringElement {
    /// (R + 1): half height at 0...R columns from the center.
    let halfHeights: [UInt8]

    /// Columns from the center to the shape's edge.
    var reach: Int { halfHeights.count - 1 }

    /// Larger shapes are cut to this: distances are kept in bytes. No lung's closing comes near it.
    static let reachMaximum = 250

    /// All pixels within a Euclidean distance of `radius` pixels from the center.
    static func disc(radius: Double) -> StructuringElement {
        let radius = min(max(radius, 0), Double(reachMaximum))
        // The largest squared distance of the grid that lies within, so that no later test depends on
        // rounding.
        var limit = Int(radius * radius)
        while Double(limit + 1).squareRoot() <= radius { limit += 1 }
        while Double(limit).squareRoot() > radius { limit -= 1 }
        var heights: [UInt8] = []
        var height = Int(radius)
        for x in 0... {
            guard x * x <= limit else { break }
            while height * height > limit - x * x { height -= 1 }
            heights.append(UInt8(height))
        }
        return StructuringElement(halfHeights: heights)
    }

    /// All pixels within `radius` steps from the center: a cross applied `radius` times.
    static func diamond(radius: Int) -> StructuringElement {
        let radius = min(max(radius, 0), reachMaximum)
        return StructuringElement(halfHeights: (0...radius).map { UInt8(radius - $0) })
    }
}

/// What lies beyond the edge of a plane when it is eroded.
enum Beyond {
    case background
    case foreground
}

extension Plane {
    /// Every pixel whose neighborhood `element` holds a 1.
    func dilated(by element: StructuringElement) -> Plane {
        near(1, element, beyondCounts: false, found: 1)
    }

    /// Every pixel whose neighborhood `element` holds no 0.
    func eroded(by element: StructuringElement, beyond: Beyond = .background) -> Plane {
        near(0, element, beyondCounts: beyond == .background, found: 0)
    }

    /// Erosion, then dilation.
    func opened(by element: StructuringElement) -> Plane {
        eroded(by: element).dilated(by: element)
    }

    /// Dilation, then erosion, as if the plane went on without end. Never removes a pixel.
    func closed(by element: StructuringElement) -> Plane {
        let margin = element.reach + 1
        let whole = Box(top: 0, bottom: rows, left: 0, right: columns)
        let padded = cut(whole.grown(by: margin))
        let closed = padded.dilated(by: element).eroded(by: element)
        return closed.cut(Box(top: margin, bottom: margin + rows, left: margin, right: margin + columns))
    }

    /// Writes `found` where a pixel of `value` lies within the element, and 1 - `found` elsewhere.
    ///
    /// First each pixel's distance to the nearest such pixel of its own column, then for each column of the
    /// element one comparison with its half height: both passes run along rows, so the compiler can take 16
    /// pixels at once.
    private func near(
        _ value: UInt8,
        _ element: StructuringElement,
        beyondCounts: Bool,
        found: UInt8
    ) -> Plane {
        guard rows > 0, columns > 0 else { return self }
        let distances = verticalDistances(to: value, beyondCounts: beyondCounts)
        let reach = element.reach
        let width = columns + 2 * reach
        var result = Plane(rows: rows, columns: columns)
        var row = [UInt8](repeating: beyondCounts ? 0 : 255, count: width)
        var target = result.pixels.mutableSpan
        let source = distances.span
        var line = row.mutableSpan
        for y in 0..<rows {
            let start = y * columns
            var nearest: UInt8 = 255
            // SAFETY: start + columns <= rows * columns = source.count; reach + columns <= width = line.count.
            for x in 0..<columns {
                let distance = unsafe source[unchecked: start &+ x]
                nearest = min(nearest, distance)
                unsafe line[unchecked: reach &+ x] = distance
            }
            if nearest > element.halfHeights[0] && !beyondCounts {
                if found == 0 { for x in 0..<columns { target[start + x] = 1 } }
                continue
            }
            for offset in -reach...reach {
                let height = element.halfHeights[abs(offset)]
                let from = reach + offset
                // SAFETY: from + columns <= columns + 2 * reach = line.count; start + columns <= rows *
                // columns.
                for x in 0..<columns {
                    let isNear: UInt8 = unsafe line[unchecked: from &+ x] <= height ? 1 : 0
                    unsafe target[unchecked: start &+ x] |= isNear
                }
            }
            if found == 0 { for x in 0..<columns { target[start + x] ^= 1 } }
        }
        return result
    }

    /// Distance along the column to the nearest pixel of `value`, 255 when there is none so near.
    private func verticalDistances(to value: UInt8, beyondCounts: Bool) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: rows * columns)
        let source = pixels.span
        var target = result.mutableSpan
        let edge: UInt8 = beyondCounts ? 0 : 255
        var previous = [UInt8](repeating: edge, count: columns)
        var above = previous.mutableSpan
        for y in 0..<rows {
            let start = y * columns
            // SAFETY: start + columns <= rows * columns, the size of both; above has `columns` elements.
            for x in 0..<columns {
                let last = unsafe above[unchecked: x]
                let step: UInt8 = last &+ (last == 255 ? 0 : 1)
                let distance: UInt8 = unsafe source[unchecked: start &+ x] == value ? 0 : step
                unsafe above[unchecked: x] = distance
                unsafe target[unchecked: start &+ x] = distance
            }
        }
        for x in 0..<columns { above[x] = edge }
        for y in stride(from: rows - 1, through: 0, by: -1) {
            let start = y * columns
            // SAFETY: as above.
            for x in 0..<columns {
                let last = unsafe above[unchecked: x]
                let step: UInt8 = last &+ (last == 255 ? 0 : 1)
                let distance = unsafe min(target[unchecked: start &+ x], step)
                unsafe above[unchecked: x] = distance
                unsafe target[unchecked: start &+ x] = distance
            }
        }
        return result
    }
}
