private import Glibc

/// The rotation and the two scales that bring the lungs' box to 112 x 112 pixels in the middle of a 128 x 128
/// crop.
package struct CanonicalFrame: Sendable, Equatable {
    /// Center of the box, in pixels of the mask's grid.
    package let centerX: Double
    /// Center of the box, in pixels of the mask's grid.
    package let centerY: Double
    /// Mask pixels per crop pixel along the crop's rows.
    package let scaleX: Double
    /// Mask pixels per crop pixel along the crop's columns.
    package let scaleY: Double
    /// Direction from the center of the lung on the left of the image to that on its right, radians, within
    /// ±0.35; 0 where it cannot be told.
    package let angleRadians: Double

    /// Side of the lungs' box in the crop, pixels.
    package static let boxSide = 112
    /// Largest rotation, radians.
    package static let angleMaximum = 0.35
    /// Smaller lung against the larger: below, no rotation.
    static let lungShareMinimum = 0.12
    /// Distance of the lungs' centers against the box: below, no rotation.
    static let centerShareMinimum = 0.1

    /// Finds the frame of a mask; nil when the mask shows no lung.
    package init?(mask: LungMask) {
        let extent = Extent(of: mask)
        guard let edges = extent.rowEdges.first else { return nil }
        let angle = Self.angle(extent)
        let (c, s) = (cos(angle), sin(angle))
        // The extremes in the turned axes lie at the ends of rows, because cos(angle) is positive.
        func u(_ x: Int, _ y: Int) -> Double { c * Double(x) + s * Double(y) }
        func v(_ x: Int, _ y: Int) -> Double { -s * Double(x) + c * Double(y) }
        var (uLow, uHigh) = (u(edges.first, edges.y), u(edges.last, edges.y))
        var (vLow, vHigh) = (v(edges.first, edges.y), v(edges.first, edges.y))
        for edges in extent.rowEdges {
            uLow = min(uLow, u(edges.first, edges.y))
            uHigh = max(uHigh, u(edges.last, edges.y))
            vLow = min(vLow, v(edges.first, edges.y), v(edges.last, edges.y))
            vHigh = max(vHigh, v(edges.first, edges.y), v(edges.last, edges.y))
        }
        let (uCenter, vCenter) = ((uLow + uHigh) / 2, (vLow + vHigh) / 2)
        centerX = c * uCenter - s * vCenter
        centerY = s * uCenter + c * vCenter
        scaleX = (uHigh - uLow + 1) / Double(Self.boxSide)
        scaleY = (vHigh - vLow + 1) / Double(Self.boxSide)
        angleRadians = angle
    }

    /// The place in the mask's grid of a crop pixel (0...127 along each axis; between pixels is allowed).
    package func sourcePoint(x: Double, y: Double) -> SIMD2<Double> {
        let half = Double(LungCrop.side - 1) / 2
        let (c, s) = (cos(angleRadians), sin(angleRadians))
        let (dx, dy) = (x - half, y - half)
        return SIMD2(
            centerX + c * scaleX * dx - s * scaleY * dy,
            centerY + s * scaleX * dx + c * scaleY * dy
        )
    }

    private static func angle(_ extent: Extent) -> Double {
        let (left, right) = (extent.left, extent.right)
        guard Double(min(left.area, right.area)) >= lungShareMinimum * Double(max(left.area, right.area))
        else {
            return 0
        }
        let dx = right.centerX - left.centerX
        let dy = right.centerY - left.centerY
        let columns = (extent.rowEdges.map(\.last).max() ?? 0) - (extent.rowEdges.map(\.first).min() ?? 0)
        let rows = (extent.rowEdges.last?.y ?? 0) - (extent.rowEdges.first?.y ?? 0)
        let box = Double(max(columns, rows)) + 1
        guard dx > centerShareMinimum * box * Double(LungCrop.side) / Double(boxSide) else { return 0 }
        return min(max(atan2(dy, dx), -angleMaximum), angleMaximum)
    }
}

/// What the frame needs to know of a mask: both lungs' sums, and the first and last pixel of every row with
/// lung.
private struct Extent {
    var left = Component()
    var right = Component()
    var rowEdges: [(y: Int, first: Int, last: Int)] = []

    init(of mask: LungMask) {
        let (rows, columns) = (mask.rows, mask.columns)
        let labels = mask.labels.span
        for y in 0..<rows {
            var (first, last) = (-1, -1)
            let base = y * columns
            var x = 0
            while x < columns {
                // SAFETY: x < columns, so base + x < rows * columns = labels.count.
                let label = unsafe labels[unchecked: base &+ x]
                let start = x
                repeat { x &+= 1 } while unsafe x < columns && labels[unchecked: base &+ x] == label
                guard label != 0 else { continue }
                if first < 0 { first = start }
                last = x - 1
                let run = Run(row: Int32(y), start: Int32(start), end: Int32(x), component: 0)
                if label == 1 { left.add(run) } else { right.add(run) }
            }
            if first >= 0 { rowEdges.append((y, first, last)) }
        }
    }
}
