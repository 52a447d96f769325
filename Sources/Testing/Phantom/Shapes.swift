private import Glibc

/// A closed ellipse of 48 corners; the angle turns its first axis from +x toward +y.
func ellipse(
    at center: SIMD2<Double>,
    radii: SIMD2<Double>,
    angleRadians: Double = 0
) -> [SIMD2<Double>] {
    let (turnX, turnY) = (cos(angleRadians), sin(angleRadians))
    return (0..<48).map { step in
        let angle = 2 * Double.pi * Double(step) / 48
        let (x, y) = (radii.x * cos(angle), radii.y * sin(angle))
        return center + SIMD2(turnX * x - turnY * y, turnY * x + turnX * y)
    }
}

/// An ellipsoid with two axes in the plane of the slices.
struct Ellipsoid: Sendable {
    var center: SIMD3<Double>
    var radii: SIMD3<Double>
    var angleRadians: Double = 0

    /// Its cut at height `z`, grown by `margin` millimeters; nil where it is not cut.
    func section(z: Double, margin: Double = 0) -> [SIMD2<Double>]? {
        let offset = (z - self.center.z) / (self.radii.z + margin)
        guard abs(offset) < 1 else { return nil }
        let scale = (1 - offset * offset).squareRoot()
        return ellipse(
            at: SIMD2(self.center.x, self.center.y),
            radii: (SIMD2(self.radii.x, self.radii.y) + margin) * scale,
            angleRadians: self.angleRadians
        )
    }
}

/// A cone with round ends: one piece of a vessel or bronchus.
struct TubePiece: Sendable {
    var start: SIMD3<Double>
    var end: SIMD3<Double>
    var startRadius: Double
    var endRadius: Double

    var lowest: Double { min(self.start.z - self.startRadius, self.end.z - self.endRadius) }
    var highest: Double { max(self.start.z + self.startRadius, self.end.z + self.endRadius) }
}

/// The pieces of a tube through nodes, each node with its radius.
func tube(_ nodes: [(SIMD3<Double>, Double)]) -> [TubePiece] {
    zip(nodes, nodes.dropFirst()).map { first, second in
        TubePiece(start: first.0, end: second.0, startRadius: first.1, endRadius: second.1)
    }
}

/// The outline of a stroke with round ends.
func capsule(from start: SIMD2<Double>, to end: SIMD2<Double>, radius: Double) -> [SIMD2<Double>] {
    let along = end - start
    let angle = atan2(along.y, along.x)
    return (0..<24).map { step in
        let turn = angle - Double.pi / 2 + Double.pi * Double(step % 12) / 11 + (step < 12 ? 0 : Double.pi)
        return (step < 12 ? end : start) + radius * SIMD2(cos(turn), sin(turn))
    }
}
