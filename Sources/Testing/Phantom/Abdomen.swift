private import Glibc

/// Paints what lies below the diaphragm: liver, spleen, stomach, kidneys, bowel with its gas.
struct Abdomen: Sendable {
    let anatomy: Anatomy
    let mediastinum: Mediastinum
    private let loops: [Ellipsoid]

    init(anatomy: Anatomy, mediastinum: Mediastinum, seed: UInt64) {
        self.anatomy = anatomy
        self.mediastinum = mediastinum
        var random = SeededRandom(seed: seed, stream: 2)
        self.loops = (0..<16).map { _ in
            Ellipsoid(
                center: anatomy.place(
                    random.uniform(-25...90),
                    random.uniform(-72...0),
                    random.uniform(1.22...1.7)
                ),
                radii: SIMD3(random.uniform(12...24), random.uniform(10...20), random.uniform(12...30)),
                angleRadians: random.uniform(0...3)
            )
        }
    }

    func paint(level: Double, on canvas: inout Canvas) {
        for side in [-1.0, 1] {
            guard let dome = self.mediastinum.dome(level: level, side: side) else { continue }
            let half = dome.map { SIMD2(side * max(side * $0.x, -12), $0.y) }
            canvas.paint(half, Tissue.muscle, clip: .cavity)
            if side > 0 {
                canvas.paint(shrunk(half, by: 5), Tissue.fat + 25, clip: .cavity)
            } else if level < 1.02 {
                canvas.paint(half, Tissue.liver, clip: .cavity)
            }
        }
        if level > 1 {
            canvas.paint(self.anatomy.cageOutline(level: level) { _ in 0 }, Tissue.fat, clip: .cavity)
        }
        self.paintOrgans(level: level, on: &canvas)
        if level > 1.12 { self.paintBowel(level: level, on: &canvas) }
    }

    private func shrunk(_ shape: [SIMD2<Double>], by inset: Double) -> [SIMD2<Double>] {
        let middle = shape.reduce(SIMD2(0, 0), +) / Double(shape.count)
        return shape.map { point in
            let arm = point - middle
            let length = max((arm * arm).sum().squareRoot(), 1e-6)
            return middle + arm * max(1 - inset / length, 0.1)
        }
    }

    private func paintOrgans(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        func organ(_ x: Double, _ y: Double, _ at: Double, _ radii: SIMD3<Double>, _ angle: Double)
            -> Ellipsoid
        {
            let scale = SIMD3(self.anatomy.size.x, self.anatomy.size.y, 1)
            return Ellipsoid(center: self.anatomy.place(x, y, at), radii: radii * scale, angleRadians: angle)
        }
        let lowest = self.anatomy.domeTops.y
        let solids: [(Ellipsoid, Float)] = [
            (organ(-56, -14, 1.06, SIMD3(80, 80, 78), 0.1), Tissue.liver),
            (organ(-6, -38, 1.0, SIMD3(72, 40, 52), 0.15), Tissue.liver),
            (organ(90, 30, 1.12, SIMD3(30, 46, 46), -0.5), Tissue.organ),
            (organ(-58, 52, 1.32, SIMD3(25, 30, 50), 0.4), Tissue.organ),
            (organ(60, 54, 1.28, SIMD3(25, 30, 50), -0.4), Tissue.organ),
        ]
        for (solid, value) in solids {
            guard level > lowest + 0.03, let section = solid.section(z: z) else { continue }
            canvas.paint(section, value, clip: .cavity)
        }
        let stomach = organ(52, -30, 1.04, SIMD3(46, 42, 66), -0.35)
        guard level > lowest + 0.04, let wall = stomach.section(z: z),
            let inside = stomach.section(z: z, margin: -4)
        else { return }
        canvas.paint(wall, Tissue.organ, clip: .cavity)
        canvas.paint(inside, Tissue.fluid, clip: .cavity)
        // Gas stands in front, above the fluid.
        let surface = stomach.center.y - 10
        canvas.paint(inside.map { SIMD2($0.x, min($0.y, surface)) }, Tissue.air, clip: .cavity)
    }

    private func paintBowel(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        for (index, loop) in self.loops.enumerated() {
            guard let wall = loop.section(z: z), let inside = loop.section(z: z, margin: -3) else { continue }
            canvas.paint(wall, Tissue.organ, clip: .cavity)
            canvas.paint(inside, index % 3 == 0 ? Tissue.air : Tissue.fluid + 10, clip: .cavity)
        }
    }
}
