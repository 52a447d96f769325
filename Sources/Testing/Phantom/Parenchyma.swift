private import Glibc

/// The lung's own tissue: its density, the pull of gravity, a fine texture, and the fissures between the
/// lobes.
struct Parenchyma: Sendable {
    /// A lattice of random numbers that repeats in all directions.
    private static let side = 32

    private let anatomy: Anatomy
    private let lattice: [Float]
    /// Shifts of the fissures' levels: right oblique, left oblique, horizontal.
    private let shifts: SIMD3<Double>

    init(anatomy: Anatomy, seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 3)
        self.anatomy = anatomy
        self.lattice = (0..<(Self.side * Self.side * Self.side)).map { _ in Float(random.normal(1)) }
        self.shifts = SIMD3(random.normal(0.02), random.normal(0.02), random.normal(0.015))
    }

    /// Lays lung tissue into the part of each pixel that is lung.
    func paint(z: Double, on canvas: inout Canvas) {
        let coarse = self.layer(z: z, cellMillimeters: 9)
        let fine = self.layer(z: z, cellMillimeters: 3.2)
        let (middle, radii) = self.anatomy.cage(self.anatomy.level(z: z))
        let size = canvas.frame.size
        for row in 0..<size {
            for column in 0..<size {
                let index = row * size + column
                let share = canvas.lung[index]
                guard share > 0.002 else { continue }
                let point = canvas.frame.point(SIMD2(Double(column), Double(row)))
                let depth = Float((point.y - middle) / radii.y)
                var value = self.anatomy.lungHounsfield + self.anatomy.gravityHounsfield * 0.5 * depth
                let wide = Self.sample(coarse, point / 9)
                value += 11 * wide + 15 * Self.sample(fine, point / 3.2)
                value += self.fissures(at: point, z: z, ripple: wide)
                canvas.hounsfield[index] += share * (value - canvas.hounsfield[index])
            }
        }
    }

    /// What the fissures add: thin sheets, seen as lines where a slice cuts them steeply.
    private func fissures(at point: SIMD2<Double>, z: Double, ripple: Float) -> Float {
        let isRight = point.x < 0
        let height = self.anatomy.lungHeightMillimeters
        let level = self.anatomy.level(z: z)
        let across = (abs(point.x) / self.anatomy.size.x - 68) / 52
        let along = point.y / self.anatomy.size.y
        let bend = 0.05 * across * across + 0.004 * Double(ripple)
        let oblique = 0.545 - 0.0037 * along + bend + (isRight ? self.shifts.x : self.shifts.y)
        let steepness = 0.0037 * height / self.anatomy.size.y
        let distance = (level - oblique) * height / (1 + steepness * steepness).squareRoot()
        var sum = Self.sheet(distance)
        if isRight, level < oblique {
            let horizontal =
                0.47 + self.shifts.z + 0.012 * across * across - 0.0002 * along + 0.006 * Double(ripple)
            sum += 0.8 * Self.sheet((level - horizontal) * height)
        }
        return sum
    }

    private static func sheet(_ distance: Double) -> Float {
        abs(distance) < 2.2 ? 170 * exp(-Float(distance * distance) / 0.9) : 0
    }

    // MARK: Texture

    /// The lattice at one height.
    private func layer(z: Double, cellMillimeters: Double) -> [Float] {
        let height = z / cellMillimeters
        let below = Int(height.rounded(.down))
        let t = Float(height - height.rounded(.down))
        let area = Self.side * Self.side
        let first = (below & (Self.side - 1)) * area
        let second = ((below + 1) & (Self.side - 1)) * area
        return (0..<area).map { self.lattice[first + $0] * (1 - t) + self.lattice[second + $0] * t }
    }

    private static func sample(_ layer: [Float], _ point: SIMD2<Double>) -> Float {
        let floor = point.rounded(.down)
        let t = SIMD2<Float>(Float(point.x - floor.x), Float(point.y - floor.y))
        let (x, y) = (Int(floor.x), Int(floor.y))
        let mask = Self.side - 1
        let upper = (y & mask) * Self.side
        let lower = ((y &+ 1) & mask) * Self.side
        let (left, right) = (x & mask, (x &+ 1) & mask)
        let above = layer[upper + left] * (1 - t.x) + layer[upper + right] * t.x
        let below = layer[lower + left] * (1 - t.x) + layer[lower + right] * t.x
        return above * (1 - t.y) + below * t.y
    }
}
