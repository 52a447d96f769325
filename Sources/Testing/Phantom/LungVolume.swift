/// A coarse picture of where a patient's lungs are, for growing vessels and placing lesions.
struct LungVolume: Sendable {
    private static let side = 96
    private static let cellMillimeters = 4.0
    private static let layers = 64

    /// The levels between which a patient has lung.
    let levels: ClosedRange<Double> = 0...1
    private let anatomy: Anatomy
    private let frame: PictureFrame
    /// (layers, side, side): 0 none, 1 the patient's right lung, 2 the left.
    private let cells: [UInt8]

    init(anatomy: Anatomy, thorax: Thorax) {
        let frame = PictureFrame(
            size: Self.side,
            millimetersPerPixel: Self.cellMillimeters,
            center: SIMD2(repeating: Double(Self.side) / 2),
            angleRadians: 0
        )
        var cells: [UInt8] = []
        for layer in 0..<Self.layers {
            var canvas = Canvas(frame: frame)
            thorax.paintInside(level: (Double(layer) + 0.5) / Double(Self.layers), on: &canvas)
            for (index, share) in canvas.lung.enumerated() {
                let isRight = Double(index % Self.side) < frame.center.x
                cells.append(share > 0.9 ? (isRight ? 1 : 2) : 0)
            }
        }
        self.anatomy = anatomy
        self.frame = frame
        self.cells = cells
    }

    /// 0 outside of the lungs, 1 in the patient's right lung, 2 in the left.
    func label(at point: SIMD3<Double>) -> UInt8 {
        let layer = Int((self.anatomy.level(z: point.z) * Double(Self.layers)).rounded(.down))
        let pixel = self.frame.pixel(SIMD2(point.x, point.y))
        let (column, row) = (Int(pixel.x.rounded()), Int(pixel.y.rounded()))
        guard (0..<Self.layers).contains(layer), (0..<Self.side).contains(column),
            (0..<Self.side).contains(row)
        else { return 0 }
        return self.cells[(layer * Self.side + row) * Self.side + column]
    }

    /// Whether all of a ball around the point, as far as six directions tell, lies in one lung.
    func holds(_ point: SIMD3<Double>, radius: Double, label: UInt8) -> Bool {
        let arms: [SIMD3<Double>] = [
            SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(-1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, -1, 0),
            SIMD3(0, 0, 1), SIMD3(0, 0, -1),
        ]
        return arms.allSatisfy { self.label(at: point + $0 * radius) == label }
    }

    /// A point of one lung, drawn evenly by volume; nil if none is found in 400 tries.
    func point(
        in label: UInt8,
        levels: ClosedRange<Double>,
        margin: Double,
        random: inout SeededRandom
    ) -> SIMD3<Double>? {
        let reach = Self.cellMillimeters * Double(Self.side) / 2
        for _ in 0..<400 {
            let x = random.uniform(0...reach)
            let point = SIMD3(
                label == 1 ? -x : x,
                random.uniform(-130...130),
                self.anatomy.z(level: random.uniform(levels))
            )
            if self.holds(point, radius: margin, label: label) { return point }
        }
        return nil
    }
}
