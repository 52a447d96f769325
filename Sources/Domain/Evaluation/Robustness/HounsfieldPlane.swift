private import Glibc
import LinearAlgebra
import Tomography

/// A slice's Hounsfield units as floating point numbers, to be changed.
struct HounsfieldPlane: Sendable {
    let rows: Int
    let columns: Int
    /// (rows x columns), row-major.
    private(set) var values: [Float]

    /// What lies beyond the edge.
    private static let air: Float = -1_000
    /// Values outside are padding or metal, clipped before anything is changed, as for the masks.
    private static let clip: ClosedRange<Int16> = -1_024...3_071

    /// Takes a slice in Hounsfield units; nil for a picture.
    init?(of slice: CTSlice) {
        guard slice.scale == .hounsfield else { return nil }
        self.rows = slice.rows
        self.columns = slice.columns
        self.values = slice.values.map { Float(min(max($0, Self.clip.lowerBound), Self.clip.upperBound)) }
    }

    /// As a slice again, rounded; nil never happens with a plausible spacing.
    func slice(spacing: PixelSpacing?) -> CTSlice? {
        CTSlice(
            rows: self.rows,
            columns: self.columns,
            scale: .hounsfield,
            spacing: spacing,
            values: self.values.map { Int16(min(max($0, -32_768), 32_767).rounded()) }
        )
    }

    /// As an 8-bit picture of a window, without a spacing.
    func picture(center: Float, width: Float) -> CTSlice? {
        CTSlice(
            rows: self.rows,
            columns: self.columns,
            scale: .grey8,
            spacing: nil,
            values: self.values.map { value in
                Int16((min(max((value - center) / width + 0.5, 0), 1) * 255).rounded())
            }
        )
    }

    /// Shows each pixel's place of the source instead, bilinear; air where the place lies beyond the outermost pixels.
    mutating func resample(_ map: PlaneMap) {
        var result = [Float](repeating: Self.air, count: self.values.count)
        let before = self.values
        let source = before.span
        var target = result.mutableSpan
        let (lastRow, lastColumn) = (Double(self.rows - 1), Double(self.columns - 1))
        for row in 0..<self.rows {
            let startRow = map.row.0 * Double(row) + map.row.2
            let startColumn = map.column.0 * Double(row) + map.column.2
            for column in 0..<self.columns {
                let y = startRow + map.row.1 * Double(column)
                let x = startColumn + map.column.1 * Double(column)
                guard y >= 0, y <= lastRow, x >= 0, x <= lastColumn else { continue }
                let (top, left) = (Int(y), Int(x))
                let (bottom, right) = (min(top + 1, self.rows - 1), min(left + 1, self.columns - 1))
                let (down, across) = (Float(y - Double(top)), Float(x - Double(left)))
                let upper = mix(source[top * self.columns + left], source[top * self.columns + right], across)
                let lower = mix(
                    source[bottom * self.columns + left],
                    source[bottom * self.columns + right],
                    across
                )
                target[row * self.columns + column] = mix(upper, lower, down)
            }
        }
        self.values = result
    }

    /// Adds normal noise.
    mutating func addNoise(deviation: Float, _ generator: inout SeededGenerator) {
        for pixel in self.values.indices { self.values[pixel] += deviation * generator.normal() }
    }

    /// Adds what a Gaussian takes away, so many times.
    mutating func sharpen(sigma: Double, amount: Float) {
        var soft = self
        soft.blur(sigma: sigma)
        for pixel in self.values.indices {
            self.values[pixel] += amount * (self.values[pixel] - soft.values[pixel])
        }
    }

    /// Blurs with a Gaussian cut at four sigma; beyond the edge the picture is mirrored.
    mutating func blur(sigma: Double) {
        let radius = Int(4 * sigma + 0.5)
        let bell = (-radius...radius).map { Float(exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
        let sum = bell.reduce(0, +)
        let weights = bell.map { $0 / sum }
        self.filterRows(weights)
        self.transposed { $0.filterRows(weights) }
    }

    /// Weights each row's pixels with their neighbors.
    private mutating func filterRows(_ weights: [Float]) {
        let radius = weights.count / 2
        let places = (-radius..<self.columns + radius).map { mirrored($0, count: self.columns) }
        var (line, sums) = (
            [Float](repeating: 0, count: places.count), [Float](repeating: 0, count: self.columns)
        )
        for row in 0..<self.rows {
            let start = row * self.columns
            for (index, place) in places.enumerated() { line[index] = self.values[start + place] }
            addFiltered(line.span, weights: weights, to: &sums)
            for column in 0..<self.columns {
                self.values[start + column] = sums[column]
                sums[column] = 0
            }
        }
    }

    /// Changes the plane with rows and columns exchanged.
    private mutating func transposed(_ change: (inout HounsfieldPlane) -> Void) {
        var turned = HounsfieldPlane(rows: self.columns, columns: self.rows, values: self.flipped())
        change(&turned)
        self.values = turned.flipped()
    }

    private init(rows: Int, columns: Int, values: [Float]) {
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    private func flipped() -> [Float] {
        var result = [Float](repeating: 0, count: self.values.count)
        for row in 0..<self.rows {
            for column in 0..<self.columns {
                result[column * self.rows + row] = self.values[row * self.columns + column]
            }
        }
        return result
    }
}

/// Adds a row's pixels, weighted with their neighbors: weight by weight, so that the inner loop has no dependence.
private func addFiltered(_ line: Span<Float>, weights: [Float], to sums: inout [Float]) {
    var sums = sums.mutableSpan
    for (offset, weight) in weights.enumerated() {
        let shifted = line.extracting(offset..<offset + sums.count)
        for column in 0..<sums.count { sums[column] += weight * shifted[column] }
    }
}

private func mix(_ a: Float, _ b: Float, _ share: Float) -> Float { a + (b - a) * share }

/// The place within the picture at which its mirror images show the same: d c b a | a b c d | d c b a.
private func mirrored(_ place: Int, count: Int) -> Int {
    let period = 2 * count
    let inPeriod = ((place % period) + period) % period
    return inPeriod < count ? inPeriod : period - 1 - inPeriod
}
