private import Glibc

/// Paints bones: a rim of compact bone around a spongy inside.
struct Skeleton: Sendable {
    let anatomy: Anatomy

    func paint(level: Double, on canvas: inout Canvas) {
        self.paintRibs(level: level, on: &canvas)
        self.paintSpine(level: level, on: &canvas)
        self.paintBreastbone(level: level, on: &canvas)
        self.paintShoulders(level: level, on: &canvas)
    }

    private func paintBone(_ outer: [SIMD2<Double>], _ inner: [SIMD2<Double>], on canvas: inout Canvas) {
        canvas.paint(outer, Tissue.cortex, clip: .body)
        canvas.paint(inner, Tissue.marrow, clip: .body)
    }
}

// MARK: Ribs

extension Skeleton {
    private static let drops: [Double] = [34, 52, 70, 86, 97, 104, 110, 112, 104, 88, 54, 36]
    private static let ends: [Double] = [0.9, 0.93, 0.94, 0.95, 0.95, 0.95, 0.93, 0.9, 0.88, 0.85, 0.62, 0.5]

    /// Each rib falls from the spine to the front, so that a slice cuts each side's ribs one behind the
    /// other.
    private func paintRibs(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        let scale = self.anatomy.lungHeightMillimeters / 245
        for side in [-1.0, 1] {
            for rib in 0..<12 {
                let head = 12 + self.anatomy.ribPhase - Double(rib) * 24.5 * scale
                let drop = Self.drops[rib] * scale
                guard z < head + 12, z > head - drop - 12 else { continue }
                self.paintRib(
                    at: level,
                    z: z,
                    head: head,
                    drop: drop,
                    end: Self.ends[rib],
                    side: side,
                    on: &canvas
                )
            }
        }
    }

    private func paintRib(
        at level: Double,
        z: Double,
        head: Double,
        drop: Double,
        end: Double,
        side: Double,
        on canvas: inout Canvas
    ) {
        let halfHeight = 6.5
        func distance(_ turn: Double) -> Double {
            let share = (turn - 0.1) / 0.85
            // A rib first rises a little from its joint, then falls ever faster toward the front.
            return head + 5 * sin(3 * share) * (1 - share) - drop * pow(share, 1.25) - z
        }
        let steps = 170
        var run: [Double] = []
        for step in 0...steps {
            let turn = 0.1 + (end - 0.1) * Double(step) / Double(steps)
            let inside = abs(distance(turn)) < halfHeight
            if inside { run.append(turn) }
            guard let first = run.first, let last = run.last, !inside || step == steps else { continue }
            run.removeAll()
            guard last - first > 0.008 else { continue }
            func thickness(_ full: Double) -> (Double) -> Double {
                { share in
                    let height = distance(first + share * (last - first)) / halfHeight
                    return full * max(1 - height * height, 0.02).squareRoot()
                }
            }
            let offset = 6.5
            let shrink = min(0.012, (last - first) * 0.2)
            let outer = self.anatomy.band(
                level: level,
                side: side,
                turns: first...last,
                offset: offset,
                thickness: thickness(8.5)
            )
            let inner = self.anatomy.band(
                level: level,
                side: side,
                turns: (first + shrink)...(last - shrink),
                offset: offset,
                thickness: thickness(5.4)
            )
            if first > 0.8 {
                canvas.paint(outer, Tissue.cartilage)
                canvas.paint(inner, Tissue.cartilage - 25)
            } else {
                self.paintBone(outer, inner, on: &canvas)
            }
        }
    }
}

// MARK: Spine

extension Skeleton {
    private func paintSpine(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        let scale = self.anatomy.size.x
        let depth = self.anatomy.spineDepth(level)
        let grown = scale * (1 + 0.22 * smoothStep(-0.2, 1.2, level))
        let pitch = 24.5 * self.anatomy.lungHeightMillimeters / 245
        let height = (z - self.anatomy.ribPhase - 3) / pitch
        let phase = height - height.rounded(.down)  // 0 and 1: the middle of a disc.
        let fromDisc = min(phase, 1 - phase) * pitch
        let isDisc = fromDisc < 2.6
        let waist = 1 - 0.08 * smoothStep(4, 10, fromDisc)
        let body = SIMD2(16.5, 13) * grown * waist
        func bean(_ radii: SIMD2<Double>) -> [SIMD2<Double>] {
            (0..<48).map { step in
                let angle = 2 * Double.pi * Double(step) / 48
                let y = sin(angle)
                return SIMD2(cos(angle) * radii.x, depth + radii.y * (y > 0 ? 0.82 * y : y))
            }
        }
        let canalMiddle = SIMD2(0, depth + 13 * grown * 0.8 + 7 * scale)
        if isDisc {
            canvas.paint(bean(body), Tissue.cartilage)
        }
        self.paintArch(canal: canalMiddle, phase: phase, scale: scale, on: &canvas)
        if !isDisc {
            let endPlate = Float(smoothStep(5, 2.6, fromDisc))
            canvas.paint(bean(body), Tissue.cortex * 0.62)
            canvas.paint(bean(body - 1.5), 175 + 420 * endPlate)
        }
        canvas.paint(ellipse(at: canalMiddle, radii: SIMD2(8.4, 7.4) * scale), Tissue.fat + 90)
        canvas.paint(ellipse(at: canalMiddle, radii: SIMD2(5, 4) * scale), Tissue.cord)
    }

    /// Pedicles, cross processes and the spike behind: near the pedicles' height only.
    private func paintArch(canal: SIMD2<Double>, phase: Double, scale: Double, on canvas: inout Canvas) {
        let ring = ellipse(at: canal + SIMD2(0, 1.5), radii: SIMD2(13.5, 11.5) * scale)
        canvas.paint(ring, Tissue.cortex * 0.55)
        let wings = smoothStep(0.45, 0.6, phase) * smoothStep(1.02, 0.85, phase)
        if wings > 0.05 {
            for side in [-1.0, 1] {
                let reach = (15 + 15 * wings) * scale
                let root = canal + SIMD2(side * 10 * scale, -1)
                let tip = canal + SIMD2(side * reach, 7 * scale)
                self.paintBone(
                    capsule(from: root, to: tip, radius: 4.6 * scale),
                    capsule(from: root, to: tip, radius: 2.6 * scale),
                    on: &canvas
                )
            }
        }
        let length = (8 + 11 * smoothStep(0.1, 0.5, phase) * smoothStep(1.05, 0.6, phase)) * scale
        let root = canal + SIMD2(0, 9 * scale)
        let tip = canal + SIMD2(0, 9 * scale + length)
        self.paintBone(
            capsule(from: root, to: tip, radius: 3.4 * scale),
            capsule(from: root, to: tip, radius: 1.6 * scale),
            on: &canvas
        )
    }
}

// MARK: Breastbone and shoulders

extension Skeleton {
    private static let sternumWidth = Profile(
        [0.03, 0.07, 0.16, 0.24, 0.3, 0.45, 0.62, 0.7, 0.76],
        [14, 31, 28, 19, 15, 17, 19, 13, 4]
    )

    private func paintBreastbone(level: Double, on canvas: inout Canvas) {
        guard level > 0.03, level < 0.76 else { return }
        let (middle, radii) = self.anatomy.cage(level)
        let center = SIMD2(0, middle - radii.y - 6 + 4 * smoothStep(0.2, 0.03, level))
        let width = Self.sternumWidth.at(level) * self.anatomy.size.x
        func plate(_ inset: Double) -> [SIMD2<Double>] {
            (0..<40).map { step in
                let angle = 2 * Double.pi * Double(step) / 40
                let x = cos(angle)
                let y = sin(angle)
                let corner = pow(abs(x), 0.7) * (x < 0 ? -1 : 1)
                return center + SIMD2(corner * (width - inset), y * (6.8 - inset) - 2 * x * x)
            }
        }
        self.paintBone(plate(0), plate(1.4), on: &canvas)
    }

    private func paintShoulders(level: Double, on canvas: inout Canvas) {
        for side in [-1.0, 1] {
            if level > -0.12, level < 0.6 {
                self.paintShoulderBlade(level: level, side: side, on: &canvas)
            }
            self.paintCollarBone(level: level, side: side, on: &canvas)
            let ball = Ellipsoid(center: self.anatomy.place(side * 162, 4, -0.06), radii: SIMD3(23, 23, 24))
            if let outer = ball.section(z: self.anatomy.z(level: level)),
                let inner = ball.section(z: self.anatomy.z(level: level), margin: -2)
            {
                self.paintBone(outer, inner, on: &canvas)
            }
        }
    }

    /// A collar bone falls from the shoulder to the breastbone: a slice cuts a slanted piece of it.
    private func paintCollarBone(level: Double, side: Double, on canvas: inout Canvas) {
        let share = (level + 0.12) / 0.19
        guard share > -0.2, share < 1.15 else { return }
        let x = 150 - 122 * share
        let y = -6 - 48 * share + 12 * sin(6 * share)
        let center = SIMD2(side * x, y) * self.anatomy.size
        let along = SIMD2(side * 17, 8)
        self.paintBone(
            capsule(from: center - along, to: center + along, radius: 6),
            capsule(from: center - along, to: center + along, radius: 3.6),
            on: &canvas
        )
    }

    private func paintShoulderBlade(level: Double, side: Double, on canvas: inout Canvas) {
        let fade = smoothStep(0.6, 0.45, level)
        let inner = self.anatomy.cagePoint(level: level, turn: 0.27, side: side, offset: 26)
        let reach = 12 + 50 * fade
        var outer = self.anatomy.cagePoint(level: level, turn: 0.40, side: side, offset: 22)
        let direction = outer - inner
        let length = (direction * direction).sum().squareRoot()
        outer = inner + direction / length * reach
        let bend = (inner + outer) / 2 + SIMD2(side * 1, 5)
        for radius in [3.3, 1.5] {
            let value = radius > 2 ? Tissue.cortex : Tissue.marrow
            canvas.paint(capsule(from: inner, to: bend, radius: radius), value, clip: .body)
            canvas.paint(capsule(from: bend, to: outer, radius: radius), value, clip: .body)
        }
        let crest = smoothStep(0.26, 0.12, level) * smoothStep(-0.1, -0.02, level)
        if crest > 0.1 {
            let ridge = bend + SIMD2(side * 14, 22) * crest
            self.paintBone(
                capsule(from: bend, to: ridge, radius: 3.6),
                capsule(from: bend, to: ridge, radius: 1.6),
                on: &canvas
            )
            let socket = outer + direction / length * 8
            self.paintBone(
                ellipse(at: socket, radii: SIMD2(10, 15) * crest),
                ellipse(at: socket, radii: SIMD2(8, 13) * crest),
                on: &canvas
            )
        }
    }
}
