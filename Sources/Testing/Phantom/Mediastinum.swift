private import Glibc

/// What lies between the lungs: outline of the fat, heart, great vessels, windpipe, gullet, the domes below.
struct Mediastinum: Sendable {
    let anatomy: Anatomy
    let heart: [Ellipsoid]
    let bloodTubes: [TubePiece]
    let gullet: [TubePiece]
    let airways: [TubePiece]
    /// Where the vessels and bronchi of the right and the left lung begin.
    let hila: [SIMD3<Double>]

    init(anatomy: Anatomy) {
        self.anatomy = anatomy
        self.heart = Self.heartChambers(anatomy)
        self.bloodTubes = Self.greatVessels(anatomy)
        self.gullet = Self.path(
            anatomy,
            [
                (2, 8, -0.4, 7), (4, 16, 0, 7), (6, 25, 0.2, 7.5), (4, 32, 0.42, 7.5), (2, 34, 0.6, 8),
                (7, 28, 0.82, 8.5), (16, 14, 1.0, 9),
            ]
        )
        self.airways = Self.windpipe(anatomy)
        self.hila = [anatomy.place(-37, 14, 0.46), anatomy.place(41, 20, 0.47)]
    }

    private static func path(
        _ anatomy: Anatomy,
        _ nodes: [(Double, Double, Double, Double)]
    ) -> [TubePiece] {
        let scale = (anatomy.size.x + anatomy.size.y) / 2
        return tube(
            nodes.map { x, y, level, radius in
                let index = Int(
                    SeededRandom.mixed(UInt64(bitPattern: Int64(x * 8 + y * 512 + level * 65_536))) % 24
                )
                return (anatomy.place(x, y, level) + anatomy.jitter.nodes[index], radius * scale)
            }
        )
    }

    private static func heartChambers(_ anatomy: Anatomy) -> [Ellipsoid] {
        let scale = anatomy.heartScale
        func chamber(
            _ x: Double,
            _ y: Double,
            _ level: Double,
            _ radii: SIMD3<Double>,
            _ angle: Double
        ) -> Ellipsoid {
            Ellipsoid(center: anatomy.place(x, y, level), radii: radii * scale, angleRadians: angle)
        }
        let angle = anatomy.heartAngleRadians
        return [
            chamber(36, -27, 0.72, SIMD3(58, 42, 47), angle),
            chamber(12, -44, 0.70, SIMD3(46, 34, 46), -0.2),
            chamber(-22, -16, 0.68, SIMD3(29, 38, 46), 0.1),
            chamber(8, 18, 0.575, SIMD3(37, 19, 27), 0.05),
        ]
    }

    private static func greatVessels(_ anatomy: Anatomy) -> [TubePiece] {
        let paths: [[(Double, Double, Double, Double)]] = [
            // Aorta from its root over the arch to the abdomen.
            [
                (2, -14, 0.58, 15), (-12, -24, 0.48, 16), (-12, -22, 0.38, 16), (-6, -12, 0.315, 14.5),
                (6, 4, 0.275, 13.5), (17, 22, 0.285, 13), (24, 38, 0.35, 12.5), (25, 44, 0.5, 12),
                (21, 42, 0.7, 11.5), (12, 36, 0.95, 11), (5, 28, 1.15, 10), (3, 24, 1.5, 9),
            ],
            // The three arteries of the arch.
            [(-3, -10, 0.29, 7), (-13, -6, 0.12, 6.5), (-26, 0, -0.02, 5.5), (-30, 4, -0.35, 4)],
            [(6, -2, 0.27, 4.5), (15, 3, 0, 4.5), (27, 4, -0.35, 4)],
            [(14, 10, 0.27, 5.5), (26, 15, 0.06, 5.5), (50, 8, -0.05, 5), (96, 0, -0.07, 4)],
            [(-26, 0, -0.02, 5), (-55, 4, -0.06, 5), (-96, 0, -0.06, 4)],
            // Veins above, superior and inferior vena cava.
            [(96, -14, -0.03, 5), (34, -18, 0.04, 7), (2, -30, 0.17, 7), (-24, -18, 0.22, 8)],
            [
                (-96, -14, -0.03, 5), (-34, -10, 0.03, 7), (-25, -16, 0.2, 8.5), (-28, -14, 0.4, 10),
                (-27, -8, 0.58, 11),
            ],
            [(-15, 10, 0.83, 12), (-18, 18, 1.0, 11), (-18, 24, 1.5, 10)],
            // The trunk of the lungs' arteries and its two branches.
            [
                (15, -30, 0.57, 15), (17, -26, 0.48, 14.5), (15, -10, 0.435, 13), (-14, 3, 0.45, 11),
                (-38, 8, 0.475, 9),
            ],
            [(15, -10, 0.435, 12), (31, 6, 0.41, 11), (42, 20, 0.45, 9.5)],
            // Veins of the lungs into the left atrium.
            [(-8, 16, 0.54, 7), (-40, 2, 0.50, 6.5)],
            [(22, 14, 0.54, 7), (44, 3, 0.50, 6.5)],
            [(-12, 24, 0.59, 7), (-38, 26, 0.62, 6)],
            [(26, 24, 0.59, 7), (46, 30, 0.62, 6)],
        ]
        return paths.flatMap { Self.path(anatomy, $0) }
    }

    private static func windpipe(_ anatomy: Anatomy) -> [TubePiece] {
        let carina = (1.0, 15.0, 0.37, 8.0)
        let trunk = [(0.0, -8.0, -0.4, 9.0), (0, 2, 0, 9.0), (-1, 10, 0.2, 9.0), carina]
        let right = [carina, (-14, 18, 0.415, 7.2), (-28, 17, 0.45, 6.4), (-37, 14, 0.465, 5.4)]
        let left = [carina, (16, 21, 0.425, 6.4), (32, 23, 0.46, 5.8), (41, 20, 0.475, 5)]
        return [trunk, right, left].flatMap { Self.path(anatomy, $0) }
    }
}

// MARK: Outline

extension Mediastinum {
    private static let levels: [Double] = [-0.02, 0.1, 0.25, 0.38, 0.5, 0.7, 0.9, 1.0]
    private static let depths: [Double] = [0, 0.2, 0.45, 0.7, 0.9, 1.0, 1.35]
    /// Half widths on the patient's right, one profile over the level for each depth.
    private static let right = profiles([
        [30, 30, 9, 5, 5, 9, 16, 20], [36, 37, 28, 20, 18, 26, 32, 34], [36, 38, 36, 34, 36, 36, 34, 34],
        [31, 29, 24, 27, 30, 24, 20, 20], [26, 23, 17, 16, 14, 14, 15, 16],
        [23, 21, 20, 20, 20, 20, 20, 20], [14, 15, 16, 17, 18, 18, 18, 18],
    ])
    private static let left = profiles([
        [30, 28, 7, 5, 8, 26, 38, 40], [36, 36, 26, 22, 26, 34, 42, 44], [36, 38, 36, 36, 38, 40, 40, 40],
        [32, 31, 26, 29, 32, 28, 26, 26], [27, 27, 24, 27, 26, 24, 22, 20],
        [24, 22, 21, 22, 22, 22, 21, 20], [14, 15, 16, 17, 18, 18, 18, 18],
    ])

    private static func profiles(_ rows: [[Double]]) -> [Profile] { rows.map { Profile(Self.levels, $0) } }

    /// The fat between the lungs with all that lies in it, from the breastbone to behind the spine.
    func outline(_ level: Double) -> [SIMD2<Double>] {
        let (middle, radii) = self.anatomy.cage(level)
        let front = middle - radii.y - 12
        let spine = self.anatomy.spineDepth(level)
        let scale = self.anatomy.size.x * self.anatomy.mediastinumScale
        func edge(_ profiles: [Profile], _ sign: Double) -> [SIMD2<Double>] {
            // A table of depths becomes a smooth edge.
            let curve = Profile(Self.depths, profiles.map { $0.at(level) })
            return (0...27).map { step in
                let depth = Double(step) / 20
                return SIMD2(sign * curve.at(depth) * scale, front + depth * (spine - front))
            }
        }
        return edge(Self.right, -1) + edge(Self.left, 1).reversed()
    }

    /// The cut of a dome of the diaphragm: all of it is below the lung. `side` -1 right, 1 left.
    func dome(level: Double, side: Double) -> [SIMD2<Double>]? {
        let top = side < 0 ? self.anatomy.domeTops.x : self.anatomy.domeTops.y
        guard level > top else { return nil }
        let scale = pow((level - top) / (1 - top), 0.68)
        let center = self.anatomy.place(side * 66, side < 0 ? -27 : -25, 0)
        let radii = SIMD2(80, 113) * self.anatomy.size * scale
        let ripple = self.anatomy.jitter.waves
        return (0..<72).map { step in
            let angle = 2 * Double.pi * Double(step) / 72
            let wave =
                1 + 0.8 * ripple[0].y * cos(2 * angle + side + ripple[0].z)
                + ripple[1].y * cos(3 * angle + ripple[1].z * side)
            return SIMD2(center.x, center.y) + SIMD2(cos(angle), sin(angle)) * radii * wave
        }
    }

    /// The rounded tops of the lungs: one outline for each side, or none below them.
    func domesOfApex(_ level: Double) -> [[SIMD2<Double>]] {
        let height = 0.15
        guard level < height else { return [] }
        let offset = 1 - level / height
        let scale = (max(1 - offset * offset, 0)).squareRoot()
        let (middle, _) = self.anatomy.cage(level)
        return [-1.0, 1].map { side in
            ellipse(
                at: SIMD2(side * 50 * self.anatomy.size.x, middle + 2),
                radii: SIMD2(62, 74) * self.anatomy.size * scale
            )
        }
    }
}
