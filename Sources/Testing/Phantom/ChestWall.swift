private import Glibc

/// Paints the body around the lungs: skin, fat, muscles, the table below.
struct ChestWall: Sendable {
    let anatomy: Anatomy

    func paint(level: Double, on canvas: inout Canvas) {
        if self.anatomy.isFemale, level > 0.2, level < 0.85 {
            self.paintBreasts(level: level, on: &canvas)
        }
        canvas.paint(self.anatomy.bodyOutline(level: level, inset: 0), Tissue.skin)
        let inside = self.anatomy.bodyOutline(level: level, inset: 2)
        canvas.paint(inside, Tissue.fat)
        canvas.openBody(self.anatomy.bodyOutline(level: level, inset: 4))
        self.paintMuscles(level: level, on: &canvas)
        if level < 0 { self.paintNeck(level: level, on: &canvas) }
        let wall = self.anatomy.cageOutline(level: level) { turn in
            12 - 2 * sin(.pi * turn) - 5 * smoothStep(0.75, 1, turn)
        }
        canvas.paint(wall, Tissue.muscle)
        let inner = self.anatomy.cageOutline(level: level) { _ in 2.2 }
        canvas.paint(inner, Tissue.fat + 40)
    }

    func paintTable(on canvas: inout Canvas) {
        let top = self.anatomy.tableDepth + 3
        let shells: [(depth: Double, bow: Double, thickness: Double, value: Float)] = [
            (top, 2, 9, -905), (top + 10, 2, 1.2, -420), (top + 28, 2, 0.9, -560), (top + 62, 40, 2.2, -180),
        ]
        for shell in shells {
            let half = 215.0
            let upper = (0...40).map { step in
                let x = half * (Double(step) / 20 - 1)
                return SIMD2(x, shell.depth - shell.bow * (x / half) * (x / half))
            }
            canvas.paint(upper + upper.reversed().map { $0 + SIMD2(0, shell.thickness) }, shell.value)
        }
    }

    private func paintBreasts(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        let fat = 0.6 + self.anatomy.fatMillimeters / 28
        for side in [-1.0, 1] {
            let front = self.anatomy.cagePoint(level: 0.5, turn: 0.76, side: side, offset: 24)
            var breast = Ellipsoid(
                center: SIMD3(front.x, front.y, self.anatomy.z(level: 0.5)),
                radii: SIMD3(66, 26, 70) * fat,
                angleRadians: side * 0.5
            )
            if let skin = breast.section(z: z), let inside = breast.section(z: z, margin: -2) {
                canvas.paint(skin, Tissue.skin)
                canvas.paint(inside, Tissue.fat)
            }
            breast.radii *= SIMD3(0.5, 0.55, 0.5)
            breast.center.y -= 8
            if let gland = breast.section(z: z) { canvas.paint(gland, Tissue.fat + 60) }
        }
    }

    private func paintMuscles(level: Double, on canvas: inout Canvas) {
        let upper = smoothStep(0.55, 0.25, level)
        let arms = smoothStep(0.32, 0.05, level) * smoothStep(-0.3, -0.1, level)
        for side in [-1.0, 1] {
            func muscle(_ turns: ClosedRange<Double>, _ offset: Double, _ full: Double) {
                guard full > 1 else { return }
                let shape = self.anatomy.band(level: level, side: side, turns: turns, offset: offset) {
                    share in
                    full * pow(max(sin(.pi * share), 0), 0.6)
                }
                canvas.paint(shape, Tissue.muscle, clip: .body)
            }
            // Larger and smaller breast muscle, broad back muscle, saw muscle, hood muscle.
            muscle(0.60...0.95, 19 + 6 * upper, 15 * upper)
            muscle(0.58...0.82, 12, 7 * upper)
            muscle(0.30...0.56, 17, 9 + 5 * upper)
            muscle(0.24...0.50, 30 + 8 * arms, 16 * upper)
            muscle(0.20...0.40, 20, 12 * upper)
            muscle(0.02...0.30, 42 * upper + 30, 9)
            let spine = self.anatomy.spineDepth(level)
            canvas.paint(
                ellipse(
                    at: SIMD2(side * 27 * self.anatomy.size.x, spine + 31 * self.anatomy.size.y),
                    radii: SIMD2(23, 15) * self.anatomy.size,
                    angleRadians: side * -0.2
                ),
                Tissue.muscle,
                clip: .body
            )
            self.paintShoulderMuscles(level: level, side: side, strength: arms, on: &canvas)
        }
    }

    private func paintShoulderMuscles(
        level: Double,
        side: Double,
        strength: Double,
        on canvas: inout Canvas
    ) {
        let blade = smoothStep(0.6, 0.4, level) * smoothStep(-0.15, 0, level)
        if blade > 0.1 {
            let middle = self.anatomy.cagePoint(level: level, turn: 0.31, side: side, offset: 36)
            let before = self.anatomy.cagePoint(level: level, turn: 0.33, side: side, offset: 18)
            let size = SIMD2(38, 11) * self.anatomy.size * blade
            canvas.paint(
                ellipse(at: middle, radii: size, angleRadians: side * -0.55),
                Tissue.muscle,
                clip: .body
            )
            canvas.paint(
                ellipse(at: before, radii: size * 0.9, angleRadians: side * -0.7),
                Tissue.muscle,
                clip: .body
            )
        }
        guard strength > 0.1 else { return }
        let shoulder = self.anatomy.place(side * 150, 4, 0)
        canvas.paint(
            ellipse(
                at: SIMD2(shoulder.x, shoulder.y),
                radii: SIMD2(40, 38) * strength,
                angleRadians: side * 0.3
            ),
            Tissue.muscle,
            clip: .body
        )
    }

    private func paintNeck(level: Double, on canvas: inout Canvas) {
        let spine = self.anatomy.spineDepth(level)
        let size = self.anatomy.size
        for side in [-1.0, 1] {
            canvas.paint(
                ellipse(at: SIMD2(side * 34, spine + 12) * size, radii: SIMD2(26, 30) * size),
                Tissue.muscle,
                clip: .body
            )
            canvas.paint(
                ellipse(
                    at: SIMD2(side * 38, -18) * size,
                    radii: SIMD2(9, 18) * size,
                    angleRadians: side * 0.5
                ),
                Tissue.muscle,
                clip: .body
            )
            // The thyroid beside the windpipe is denser than its neighbors: it holds iodine.
            let thyroid = Ellipsoid(center: self.anatomy.place(side * 15, -2, -0.22), radii: SIMD3(9, 13, 24))
            if let section = thyroid.section(z: self.anatomy.z(level: level)) { canvas.paint(section, 105) }
        }
    }
}
