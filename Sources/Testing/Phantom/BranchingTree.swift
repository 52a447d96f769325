private import Glibc

/// A tree of tubes that fills a cloud of points: each branch runs toward the middle of its share of the
/// points, which the next two branches divide (the volume-filling method of Tawhai and others).
struct BranchingTree: Sendable {
    /// One branch: its pieces, and how many points it serves.
    struct Branch: Sendable {
        let piece: TubePiece
        let served: Int
    }

    private(set) var branches: [Branch] = []
    private let terminalRadius: Double
    private var random: SeededRandom

    /// - Parameters:
    ///   - root: where the tree begins.
    ///   - points: what it must reach; one thin branch ends at each.
    ///   - terminalRadius: millimeters of a branch that serves one point; thicker ones follow Murray's law.
    init(root: SIMD3<Double>, points: [SIMD3<Double>], terminalRadius: Double, random: SeededRandom) {
        self.terminalRadius = terminalRadius
        self.random = random
        if !points.isEmpty {
            self.grow(from: root, points: points, share: 0.16, radius: self.radius(serving: points.count))
        }
    }

    private func radius(serving count: Int) -> Double { self.terminalRadius * pow(Double(count), 0.37) }

    private mutating func grow(
        from start: SIMD3<Double>,
        points: [SIMD3<Double>],
        share: Double,
        radius: Double
    ) {
        let middle = points.reduce(SIMD3(0, 0, 0), +) / Double(points.count)
        let own = self.radius(serving: points.count)
        guard points.count > 1 else {
            self.add(from: start, to: middle, radii: (radius, own * 0.8), served: 1)
            return
        }
        let end = start + (middle - start) * share
        self.add(from: start, to: end, radii: (radius, own), served: points.count)
        let (first, second) = Self.divided(points, around: middle, along: middle - start)
        guard !first.isEmpty, !second.isEmpty else { return }
        for part in [first, second] {
            let next = min(own, self.radius(serving: part.count) * 1.15)
            self.grow(from: end, points: part, share: self.random.uniform(0.32...0.48), radius: next)
        }
    }

    /// Bends each branch a little: no vessel is straight.
    private mutating func add(
        from start: SIMD3<Double>,
        to end: SIMD3<Double>,
        radii: (Double, Double),
        served: Int
    ) {
        let length = ((end - start) * (end - start)).sum().squareRoot()
        let bend =
            SIMD3(
                self.random.normal(0.06),
                self.random.normal(0.06),
                self.random.normal(0.06)
            ) * length
        let middle = (start + end) / 2 + bend
        let between = (radii.0 + radii.1) / 2
        for (from, to, first, second) in [(start, middle, radii.0, between), (middle, end, between, radii.1)]
        {
            let piece = TubePiece(start: from, end: to, startRadius: first, endRadius: second)
            self.branches.append(Branch(piece: piece, served: served))
        }
    }

    /// Cuts the points in two by a plane along the branch, across the direction in which they spread most.
    private static func divided(
        _ points: [SIMD3<Double>],
        around middle: SIMD3<Double>,
        along direction: SIMD3<Double>
    ) -> ([SIMD3<Double>], [SIMD3<Double>]) {
        let squared = max((direction * direction).sum(), 1e-9)
        var axis = SIMD3(0.31, 0.53, 0.79)
        for _ in 0..<6 {
            var next = SIMD3<Double>(0, 0, 0)
            for point in points {
                let arm = point - middle
                let across = arm - direction * ((arm * direction).sum() / squared)
                next += across * (across * axis).sum()
            }
            let length = (next * next).sum().squareRoot()
            guard length > 1e-9 else { break }
            axis = next / length
        }
        var first: [SIMD3<Double>] = []
        var second: [SIMD3<Double>] = []
        for point in points {
            if ((point - middle) * axis).sum() < 0 { first.append(point) } else { second.append(point) }
        }
        return (first, second)
    }
}

/// The vessels and bronchi of both lungs, found by height.
struct LungTrees: Sendable {
    private static let layerMillimeters = 4.0

    private let vessels: [TubePiece]
    private let bronchi: [TubePiece]
    private let vesselLayers: [Int: [Int]]
    private let bronchusLayers: [Int: [Int]]

    init(mediastinum: Mediastinum, volume: LungVolume, seed: UInt64) {
        var vessels: [TubePiece] = []
        var bronchi: [TubePiece] = []
        for label in [UInt8(1), 2] {
            var random = SeededRandom(seed: seed, stream: 10 + UInt64(label))
            func points(_ count: Int, _ levels: ClosedRange<Double>) -> [SIMD3<Double>] {
                (0..<count).compactMap { _ in
                    volume.point(in: label, levels: levels, margin: 4, random: &random)
                }
            }
            let hilum = mediastinum.hila[Int(label) - 1]
            let arteries = BranchingTree(
                root: hilum,
                points: points(900, 0...1),
                terminalRadius: 0.47,
                random: SeededRandom(seed: seed, stream: 20 + UInt64(label))
            )
            vessels += arteries.branches.map(\.piece)
            bronchi += Self.companions(of: arteries, side: label == 1 ? -1 : 1)
            let split = mediastinum.anatomy.level(z: hilum.z) + 0.07
            for (lower, levels) in [(false, 0...split), (true, split...1)] {
                let offset = SIMD3(label == 1 ? -2.0 : 2, lower ? 10 : -9, lower ? -26 : -8)
                let veins = BranchingTree(
                    root: hilum + offset,
                    points: points(lower ? 360 : 380, levels),
                    terminalRadius: 0.47,
                    random: SeededRandom(seed: seed, stream: 30 + UInt64(label) + (lower ? 2 : 0))
                )
                vessels += veins.branches.map(\.piece)
            }
        }
        self.vessels = vessels
        self.bronchi = bronchi
        self.vesselLayers = Self.layers(of: vessels)
        self.bronchusLayers = Self.layers(of: bronchi)
    }

    /// A bronchus runs beside each artery that is thick enough, as in life.
    private static func companions(of tree: BranchingTree, side: Double) -> [TubePiece] {
        tree.branches.filter { $0.served >= 6 }.map { branch in
            let piece = branch.piece
            func beside(_ point: SIMD3<Double>, _ radius: Double) -> SIMD3<Double> {
                point + SIMD3(-0.55 * side, 0.5, 0.67) * radius * 2.1
            }
            return TubePiece(
                start: beside(piece.start, piece.startRadius),
                end: beside(piece.end, piece.endRadius),
                startRadius: piece.startRadius * 1.05,
                endRadius: piece.endRadius * 1.05
            )
        }
    }

    private static func layer(_ z: Double) -> Int { Int((z / self.layerMillimeters).rounded(.down)) }

    private static func layers(of pieces: [TubePiece]) -> [Int: [Int]] {
        var layers: [Int: [Int]] = [:]
        for (index, piece) in pieces.enumerated() {
            for layer in self.layer(piece.lowest)...self.layer(piece.highest) {
                layers[layer, default: []].append(index)
            }
        }
        return layers
    }

    func paintVessels(z: Double, on canvas: inout Canvas) {
        for index in self.vesselLayers[Self.layer(z)] ?? [] {
            canvas.blend(self.vessels[index], z: z, Tissue.blood)
        }
    }

    /// All walls before all insides, so that no wall closes its neighbor's inside.
    func paintBronchi(z: Double, on canvas: inout Canvas) {
        let cut = self.bronchusLayers[Self.layer(z)] ?? []
        for index in cut {
            canvas.blend(self.bronchi[index], z: z, -60)
        }
        for index in cut {
            let radius = self.bronchi[index].startRadius
            canvas.blend(self.bronchi[index], z: z, scale: 1 - 0.45 / max(radius, 1).squareRoot(), -985)
        }
    }
}
