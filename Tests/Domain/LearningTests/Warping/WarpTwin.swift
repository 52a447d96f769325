import Learning
import LinearAlgebra

/// Warping in double precision, one pixel at a time, written from the definition without any shared code:
/// what gradients are compared with.
struct WarpTwin {
    let shape: SampledShape
    let rows: Int
    let columns: Int
    let repeatsBorder: Bool
    /// (channels, height, width).
    var image: [Double]
    /// (6), rows of (A - I | t).
    var affine: [Double]
    /// (2, 7, 7); empty for none.
    var displacements: [Double]

    /// (rows, 7) and (columns, 7).
    private let rowWeights: [[Double]]
    private let columnWeights: [[Double]]

    static let knots = 7

    init(
        shape: SampledShape,
        rows: Int,
        columns: Int,
        repeatsBorder: Bool,
        image: [Double],
        affine: [Double],
        displacements: [Double]
    ) {
        self.shape = shape
        self.rows = rows
        self.columns = columns
        self.repeatsBorder = repeatsBorder
        self.image = image
        self.affine = affine
        self.displacements = displacements
        // Once, for the recursion is slow.
        func weights(_ size: Int) -> [[Double]] {
            (0..<size).map { pixel in
                (0..<Self.knots).map { Self.weight(of: $0, pixel, size, Self.knots) }
            }
        }
        rowWeights = weights(rows)
        columnWeights = weights(columns)
    }

    /// (channels, rows, columns).
    func output() -> [Double] {
        let places = (0..<rows * columns).map { place($0 / columns, $0 % columns) }
        return (0..<shape.channels).flatMap { channel in places.map { sample(channel, $0.x, $0.y) } }
    }

    /// The loss Σ upstream · output.
    func loss(_ upstream: [Double]) -> Double { zip(output(), upstream).reduce(0) { $0 + $1.0 * $1.1 } }

    func place(_ row: Int, _ column: Int) -> (x: Double, y: Double) {
        let x = (Double(column) + 0.5) / Double(columns) * 2 - 1
        let y = (Double(row) + 0.5) / Double(rows) * 2 - 1
        return (
            x + affine[0] * x + affine[1] * y + affine[2] + displacement(0, row, column),
            y + affine[3] * x + affine[4] * y + affine[5] + displacement(1, row, column)
        )
    }

    private func displacement(_ axis: Int, _ row: Int, _ column: Int) -> Double {
        guard !displacements.isEmpty else { return 0 }
        let knots = Self.knots
        return (0..<knots * knots).reduce(0) { sum, point in
            let weight = rowWeights[row][point / knots] * columnWeights[column][point % knots]
            return sum + weight * displacements[axis * knots * knots + point]
        }
    }

    private func sample(_ channel: Int, _ x: Double, _ y: Double) -> Double {
        func position(_ coordinate: Double, _ side: Int) -> Double {
            let position = (coordinate + 1) / 2 * Double(side) - 0.5
            return repeatsBorder ? min(max(position, 0), Double(side - 1)) : position
        }
        let (column, row) = (position(x, shape.width), position(y, shape.height))
        // Each pixel weighs as much as its tent reaches the place.
        var sum = 0.0
        for pixelRow in 0..<shape.height {
            let rowWeight = max(0, 1 - abs(row - Double(pixelRow)))
            for pixelColumn in 0..<shape.width where rowWeight > 0 {
                let weight = rowWeight * max(0, 1 - abs(column - Double(pixelColumn)))
                sum += weight * image[(channel * shape.height + pixelRow) * shape.width + pixelColumn]
            }
        }
        return sum
    }

    /// What a control point weighs at a pixel: the cubic B-spline by its recursion (Cox and de Boor) over
    /// knots at whole numbers, control point k reaching from k - 3 to k + 1.
    static func weight(of knot: Int, _ pixel: Int, _ size: Int, _ knots: Int) -> Double {
        let end = Double(knots - 3)
        let place = size > 1 ? Double(pixel) / Double(size - 1) * end : 0
        func basis(_ start: Double, _ degree: Int) -> Double {
            guard degree > 0 else { return start <= place && place < start + 1 ? 1 : 0 }
            let span = Double(degree)
            return (place - start) / span * basis(start, degree - 1)
                + (start + span + 1 - place) / span * basis(start + 1, degree - 1)
        }
        return basis(Double(knot - 3), 3)
    }
}

/// Central differences of a loss by each element of an array.
func centralDifferences(_ values: [Double], step: Double = 1e-6, _ loss: ([Double]) -> Double) -> [Double] {
    values.indices.map { index in
        var (above, below) = (values, values)
        above[index] += step
        below[index] -= step
        return (loss(above) - loss(below)) / (2 * step)
    }
}

extension [Float] {
    var doubled: [Double] { map { Double($0) } }
}
