private import Glibc

/// The measures of one patient, all drawn from the seed: what the painters of slices ask.
///
/// Heights are given as the level in the lungs: 0 at the apex, 1 where the last lung ends, below 0 the
/// neck, above 1 the abdomen. Lengths are millimeters before `size` is applied.
struct Anatomy: Sendable {
    let lungHeightMillimeters: Double
    /// Factors of width and depth.
    let size: SIMD2<Double>
    let fatMillimeters: Double
    let isFemale: Bool
    let lungHounsfield: Float
    let gravityHounsfield: Float
    let heartScale: Double
    let heartAngleRadians: Double
    let mediastinumScale: Double
    /// Level of the top of the right and of the left dome.
    let domeTops: SIMD2<Double>
    let ribPhase: Double
    let jitter: Jitter

    /// Slow deformations of the rib cage: amplitude at the apex, at the base, and phase, for waves 2 to 4.
    struct Jitter: Sendable {
        var waves: [SIMD3<Double>] = []
        /// Shifts of the great vessels, one for each of 24 nodes in turn.
        var nodes: [SIMD3<Double>] = []
    }

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        self.isFemale = random.next() & 1 == 0
        let stature = self.isFemale ? 0.93 : 1.0
        self.lungHeightMillimeters = stature * (245 + random.normal(16))
        self.size = stature * SIMD2(1 + random.normal(0.05), 1 + random.normal(0.06))
        self.fatMillimeters = max(4, 10 + random.normal(6))
        self.lungHounsfield = Tissue.lung + Float(random.normal(12))
        self.gravityHounsfield = Float(random.uniform(40...90))
        self.heartScale = 1 + random.normal(0.07)
        self.heartAngleRadians = -0.60 + random.normal(0.12)
        self.mediastinumScale = 1 + random.normal(0.08)
        self.domeTops = SIMD2(0.71 + random.normal(0.025), 0.755 + random.normal(0.025))
        self.ribPhase = random.uniform(-9...9)
        var jitter = Jitter()
        jitter.waves = (2...4).map { wave in
            let scale = 0.03 / Double(wave)
            return SIMD3(random.normal(scale), random.normal(scale), random.uniform(0...(2 * .pi)))
        }
        jitter.nodes = (0..<24).map { _ in
            SIMD3(random.normal(1.6), random.normal(1.6), random.normal(2))
        }
        self.jitter = jitter
    }

    func level(z: Double) -> Double { -z / self.lungHeightMillimeters }
    func z(level: Double) -> Double { -level * self.lungHeightMillimeters }

    /// A place given as (x, y, level) before scaling, as millimeters.
    func place(_ x: Double, _ y: Double, _ level: Double) -> SIMD3<Double> {
        SIMD3(x * self.size.x, y * self.size.y, self.z(level: level))
    }
}

// MARK: Rib cage

extension Anatomy {
    private static let levels: [Double] = [-0.35, -0.1, 0, 0.08, 0.2, 0.4, 0.6, 0.8, 1.0, 1.4]
    private static let cageWidth = Profile(levels, [44, 54, 64, 86, 108, 126, 134, 137, 135, 130])
    private static let cageDepth = Profile(levels, [34, 34, 38, 54, 72, 86, 92, 94, 92, 88])
    private static let cageMiddle = Profile(levels, [10, 14, 16, 10, 4, -1, -3, -3, -2, 0])
    private static let spine = Profile(levels, [18, 30, 35, 40, 48, 57, 60, 58, 53, 44])

    /// Depth of the vertebral bodies' middle.
    func spineDepth(_ level: Double) -> Double { Self.spine.at(level) * self.size.y }

    /// Middle and half axes of the rib cage's inside.
    func cage(_ level: Double) -> (middle: Double, radii: SIMD2<Double>) {
        (
            Self.cageMiddle.at(level) * self.size.y,
            SIMD2(Self.cageWidth.at(level), Self.cageDepth.at(level)) * self.size
        )
    }

    /// A point beside the rib cage.
    ///
    /// - Parameters:
    ///   - turn: 0 at the spine, 1 at the breastbone.
    ///   - side: -1 the patient's right (left in the picture), 1 the left.
    ///   - offset: millimeters outward from the inner surface.
    func cagePoint(level: Double, turn: Double, side: Double, offset: Double) -> SIMD2<Double> {
        let (middle, radii) = self.cage(level)
        let angle = Double.pi * turn
        let (sine, cosine) = (sin(angle), cos(angle))
        let power = cosine > 0 ? 2 / 2.5 : 2 / 1.9
        var unit = SIMD2(side * pow(abs(sine), power), (cosine < 0 ? -1 : 1) * pow(abs(cosine), power))
        var scale = 1.0
        for (index, wave) in self.jitter.waves.enumerated() {
            let share = min(max(level, 0), 1)
            let amplitude = wave.x * (1 - share) + wave.y * share
            scale += amplitude * cos(Double(index + 2) * side * angle + wave.z)
        }
        // The spine stands into the cage from behind: the lungs reach around it.
        unit.y -= 0.17 * exp(-pow(turn / 0.11, 2)) * smoothStep(0, 0.2, level)
        unit *= scale
        let normal = unit / radii
        let length = max((normal * normal).sum().squareRoot(), 1e-9)
        return SIMD2(0, middle) + unit * radii + normal / length * offset
    }

    /// The closed outline of the cage, grown outward by `offset(turn)`.
    func cageOutline(level: Double, offset: (Double) -> Double) -> [SIMD2<Double>] {
        let steps = 60
        let right = (0...steps).map { step in
            let turn = Double(step) / Double(steps)
            return self.cagePoint(level: level, turn: turn, side: -1, offset: offset(turn))
        }
        let left = (1..<steps).map { step in
            let turn = 1 - Double(step) / Double(steps)
            return self.cagePoint(level: level, turn: turn, side: 1, offset: offset(turn))
        }
        return right + left
    }

    /// A band along the cage on one side, thickest in its middle: muscles, ribs.
    func band(
        level: Double,
        side: Double,
        turns: ClosedRange<Double>,
        offset: Double,
        thickness: (Double) -> Double
    ) -> [SIMD2<Double>] {
        let steps = max(8, Int((turns.upperBound - turns.lowerBound) * 60))
        var outer: [SIMD2<Double>] = []
        var inner: [SIMD2<Double>] = []
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            let turn = turns.lowerBound + share * (turns.upperBound - turns.lowerBound)
            let half = thickness(share) / 2
            outer.append(self.cagePoint(level: level, turn: turn, side: side, offset: offset + half))
            inner.append(self.cagePoint(level: level, turn: turn, side: side, offset: offset - half))
        }
        return outer + inner.reversed()
    }
}

// MARK: Body

extension Anatomy {
    private static let bodyLevels: [Double] = [-0.4, -0.25, -0.1, 0.02, 0.12, 0.25, 0.45, 0.7, 1.0, 1.5]
    private static let bodyWidth = Profile(bodyLevels, [62, 84, 158, 186, 190, 184, 168, 156, 152, 150])
    private static let bodyDepth = Profile(bodyLevels, [62, 66, 74, 84, 92, 101, 109, 111, 110, 106])
    private static let back = Profile(bodyLevels, [78, 84, 94, 98, 100, 102, 103, 103, 101, 96])

    /// How far the body's back lies from the origin, fat included: where the table begins.
    var tableDepth: Double { 103 * self.size.y + self.fatMillimeters * 0.8 }

    /// The skin's outline, shrunk by `inset` millimeters.
    func bodyOutline(level: Double, inset: Double) -> [SIMD2<Double>] {
        let fat = self.fatMillimeters
        let width = Self.bodyWidth.at(level) * self.size.x + fat - inset
        let depth = Self.bodyDepth.at(level) * self.size.y + fat * 0.9 - inset
        let back = Self.back.at(level) * self.size.y + fat * 0.8 - inset
        let shoulders = smoothStep(0.75, 0.2, level) * smoothStep(-0.3, -0.05, level)
        return (0..<120).map { step in
            let angle = 2 * Double.pi * Double(step) / 120
            let (x, y) = (sin(angle), cos(angle))
            // The back is flat on the table; the front narrows toward the breastbone at the shoulders.
            let power = y > 0 ? 2 / 2.9 : 2 / (2.3 - 0.45 * shoulders)
            let side = (x < 0 ? -1.0 : 1) * pow(abs(x), power)
            let front = (y < 0 ? -1.0 : 1) * pow(abs(y), power)
            let groove = 4 * exp(-pow(side / 0.13, 2))
            let lift = front < 0 ? groove * shoulders : groove * 0.6
            return SIMD2(side * width, back - depth + front * depth - (front < 0 ? -lift : lift))
        }
    }
}
