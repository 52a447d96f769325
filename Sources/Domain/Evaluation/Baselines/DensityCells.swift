import Lungs

/// How dense the lungs are in each cell of 8 x 8 pixels.
struct DensityCells: Sendable {
    /// (16 x 16): the lungs' mean grey value, less where little of a cell is lung.
    let density: [Float]
    /// (16 x 16): share of the cell that is lung.
    let share: [Float]

    /// Cells along a side.
    static let side = 16
    /// Keeps a cell with hardly any lung from counting as one of air.
    static let least: Float = 0.15

    /// Measures a crop.
    init(of crop: LungCrop) {
        let lung = zip(crop.left, crop.right).map { min(max($0 + $1, 0), 1) }
        let share = pooled(lung, side: Self.side)
        let grey = pooled(zip(crop.image, lung).map { $0 * $1 }, side: Self.side)
        self.share = share
        self.density = zip(grey, share).map { $0 / ($1 + Self.least) }
    }

    /// The differences from another density, times the share of lung.
    func differences(from mean: [Float]) -> [Float] {
        self.density.indices.map { (self.density[$0] - mean[$0]) * self.share[$0] }
    }

    /// The mean density of each cell, weighted by the share of lung.
    static func mean(of crops: [LungCrop]) -> [Float] {
        var sums = [(density: Double, share: Double)](repeating: (0, 0), count: Self.side * Self.side)
        for crop in crops {
            let cells = DensityCells(of: crop)
            for cell in sums.indices {
                sums[cell].density += Double(cells.density[cell]) * Double(cells.share[cell])
                sums[cell].share += Double(cells.share[cell])
            }
        }
        return sums.map { Float($0.density / ($0.share + 1e-3)) }
    }
}
