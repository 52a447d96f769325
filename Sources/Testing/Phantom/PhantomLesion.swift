private import Glibc

/// One of the two lungs.
package enum LungSide: UInt8, Sendable, CaseIterable {
    /// The patient's right lung: left in the picture.
    case right = 1
    /// The patient's left lung: right in the picture.
    case left = 2
}

/// A finding to put into a phantom's lung.
package struct PhantomLesion: Sendable, Hashable {
    /// What it is made of.
    package enum Kind: String, Sendable, CaseIterable {
        /// A dense ball with a slightly lobed edge.
        case solidNodule
        /// A haze through which the vessels still show.
        case groundGlass
        /// Airless lung with an uneven edge, in which the bronchi stay open.
        case consolidation
    }

    /// What it is made of.
    package var kind: Kind
    /// The lung in which it lies.
    package var side: LungSide
    /// Level in the lungs of its center: 0 apex, 1 base.
    package var level: Double
    /// Half its width; its edge is uneven by some percent.
    package var radiusMillimeters: Double
    /// Picks the place at that level: another number, another place.
    package var seed: UInt64

    /// Describes a lesion; where exactly it lies is found when a patient is made.
    package init(kind: Kind, side: LungSide, level: Double, radiusMillimeters: Double, seed: UInt64 = 0) {
        self.kind = kind
        self.side = side
        self.level = level
        self.radiusMillimeters = radiusMillimeters
        self.seed = seed
    }
}

/// A lesion at its place in a patient.
package struct PlacedLesion: Sendable, Hashable {
    /// What was asked for.
    package let lesion: PhantomLesion
    /// Millimeters in the patient: x to the left, y to the back, z to the head; the lungs' apex is z 0.
    package let center: SIMD3<Double>

    /// Finds a place in the lung near the wanted level; nil if the lung has no room for it there.
    init?(_ lesion: PhantomLesion, in volume: LungVolume, anatomy: Anatomy, seed: UInt64) {
        var random = SeededRandom(seed: seed ^ SeededRandom.mixed(lesion.seed), stream: 40)
        let level = min(max(lesion.level, 0.01), 0.99)
        // A large lesion may touch the chest wall, but its middle third must lie inside.
        let radius = lesion.radiusMillimeters
        let margins = [radius + 2, radius * 0.66, max(radius * 0.35, 2)]
        for margin in margins {
            let near = max(level - 0.004, 0)...min(level + 0.004, 1)
            guard
                let point = volume.point(
                    in: lesion.side.rawValue,
                    levels: near,
                    margin: margin,
                    random: &random
                )
            else { continue }
            self.lesion = lesion
            self.center = point
            return
        }
        return nil
    }

    func paint(z: Double, on canvas: inout Canvas) {
        let radius = self.lesion.radiusMillimeters
        let reach = radius * 1.35 + 1
        let height = z - self.center.z
        guard abs(height) < reach else { return }
        let size = canvas.frame.size
        let middle = canvas.frame.pixel(SIMD2(self.center.x, self.center.y))
        let margin = reach / canvas.frame.millimetersPerPixel
        let columns = max(0, Int(middle.x - margin))..<min(size, Int(middle.x + margin) + 2)
        let rows = max(0, Int(middle.y - margin))..<min(size, Int(middle.y + margin) + 2)
        guard !columns.isEmpty, !rows.isEmpty else { return }
        for row in rows {
            for column in columns {
                let index = row * size + column
                let lung = canvas.lung[index]
                guard lung > 0 else { continue }
                let point = canvas.frame.point(SIMD2(Double(column), Double(row)))
                let arm = SIMD3(point.x - self.center.x, point.y - self.center.y, height)
                let share = lung * self.share(at: arm, pixel: canvas.frame.millimetersPerPixel)
                guard share > 0 else { continue }
                switch self.lesion.kind {
                case .solidNodule:
                    canvas.hounsfield[index] += share * (Tissue.nodule - canvas.hounsfield[index])
                case .groundGlass:
                    canvas.hounsfield[index] += share * Tissue.groundGlassGain
                case .consolidation:
                    canvas.hounsfield[index] += share * (Tissue.consolidation - canvas.hounsfield[index])
                }
            }
        }
    }

    /// How much of the lesion is at a place relative to its center: 1 well inside, 0 outside.
    private func share(at arm: SIMD3<Double>, pixel: Double) -> Float {
        let radius = self.lesion.radiusMillimeters
        let distance = (arm * arm).sum().squareRoot()
        let unit = arm / max(distance, 1e-6)
        let phase = Double(self.lesion.seed % 97)
        let lobes = sin(3 * unit.x + phase) * sin(4 * unit.y + 2 * phase) + 0.5 * sin(7 * unit.z + 5 * unit.x)
        switch self.lesion.kind {
        case .solidNodule:
            let edge = radius * (1 + 0.06 * lobes)
            return Float(min(max((edge - distance) / pixel + 0.5, 0), 1))
        case .groundGlass:
            return Float(1 - smoothStep(0.7, 1.05, distance / radius))
        case .consolidation:
            let edge = 1 + 0.16 * lobes + 0.05 * sin(arm.x / 2.6) * sin(arm.y / 3.1 + arm.z / 4)
            return Float(0.96 * (1 - smoothStep(edge - 0.14, edge + 0.08, distance / radius)))
        }
    }
}
