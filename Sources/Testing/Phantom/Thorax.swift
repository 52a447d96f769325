/// Paints everything but the lung's own tissue, from the table to the heart.
struct Thorax: Sendable {
    let anatomy: Anatomy
    let mediastinum: Mediastinum
    private let wall: ChestWall
    private let skeleton: Skeleton
    private let abdomen: Abdomen

    init(anatomy: Anatomy, seed: UInt64) {
        let mediastinum = Mediastinum(anatomy: anatomy)
        self.anatomy = anatomy
        self.mediastinum = mediastinum
        self.wall = ChestWall(anatomy: anatomy)
        self.skeleton = Skeleton(anatomy: anatomy)
        self.abdomen = Abdomen(anatomy: anatomy, mediastinum: mediastinum, seed: seed)
    }

    func paint(level: Double, on canvas: inout Canvas) {
        self.wall.paintTable(on: &canvas)
        self.wall.paint(level: level, on: &canvas)
        self.paintInside(level: level, on: &canvas)
        self.skeleton.paint(level: level, on: &canvas)
    }

    /// The rib cage's inside alone: enough to know where the lungs are.
    func paintInside(level: Double, on canvas: inout Canvas) {
        let hasLung = level > 0 && level < 1
        canvas.openCavity(self.anatomy.cageOutline(level: level) { _ in 0 }, lung: hasLung)
        let apex = self.mediastinum.domesOfApex(level)
        if hasLung, !apex.isEmpty { canvas.keepLung(in: apex) }
        if level > -0.02, level < 1.02 {
            canvas.paint(self.mediastinum.outline(level), Tissue.mediastinalFat, clip: .cavity)
        }
        self.abdomen.paint(level: level, on: &canvas)
        self.paintHeart(level: level, on: &canvas)
        self.paintTubes(level: level, on: &canvas)
    }

    private func paintHeart(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        for chamber in self.mediastinum.heart {
            if let section = chamber.section(z: z, margin: 3.5) {
                canvas.paint(section, Tissue.mediastinalFat, clip: .cavity)
            }
        }
        for chamber in self.mediastinum.heart {
            if let section = chamber.section(z: z) { canvas.paint(section, Tissue.heart, clip: .cavity) }
        }
    }

    private func paintTubes(level: Double, on canvas: inout Canvas) {
        let z = self.anatomy.z(level: level)
        for piece in self.mediastinum.gullet { canvas.paint(piece, z: z, Tissue.organ) }
        for piece in self.mediastinum.bloodTubes { canvas.paint(piece, z: z, Tissue.blood) }
        for piece in self.mediastinum.airways { canvas.paint(piece, z: z, Tissue.muscle) }
        for piece in self.mediastinum.airways {
            canvas.paint(piece, z: z, shrunkBy: 1.3, Tissue.air)
        }
    }
}
