/// Brings grey values to 0...1: -1000 HU (air) is 0, 100 HU (soft tissue and above) is 1.
enum GreyNormalization {
    /// HU that become 0, and how many HU become 1 more.
    static let (low, range) = (Float(-1000), Float(1100))
    /// What the two anchors of an 8-bit picture become: dark lung 0.09, tissue around it 0.846 more.
    static let (lung, tissueAboveLung) = (Float(0.09), Float(0.846))
    /// How far the ring of tissue around the lungs reaches, and how much of the lungs' rim is left out,
    /// pixels.
    static let (ringRadius, rimRadius) = (8.0, 2.0)
    /// Least number of grey values between the anchors.
    static let anchorDistanceMinimum = Float(20)

    /// (rows x columns) of the grid.
    static func normalized(_ grid: MeanGrid) -> [Float] {
        let (sums, low, range) = (grid.sums.span, low, range)
        return unsafe [Float](unsafeUninitializedCapacity: sums.count) { values, count in
            // SAFETY: index < sums.count, for which there is room.
            for index in 0..<sums.count {
                let value = unsafe (Float(sums[unchecked: index]) / 4 - low) / range
                unsafe values.initializeElement(at: index, to: min(max(value, 0), 1))
            }
            count = sums.count
        }
    }

    /// The 5th percentile inside the lungs becomes 0.09, the 70th percentile of the ring around them 0.936.
    ///
    /// - Parameters:
    ///   - picture: the picture on the mask's grid.
    ///   - labels: (rows x columns), not all 0.
    static func normalized(_ picture: SmallPicture, labels: [UInt8]) -> [Float] {
        var scratch = Morphology()
        var mask = Plane(rows: picture.rows, columns: picture.columns)
        for y in 0..<picture.rows {
            let row = labels[y * picture.columns..<(y + 1) * picture.columns].map { $0 == 0 ? UInt8(0) : 1 }
            mask.setRow(y, flags: row.span)
        }
        var core = mask
        if mask.area > 200 {
            scratch.erode(&core, by: .disc(radius: rimRadius))
            if core.isEmpty { core = mask }
        }
        var ring = mask
        scratch.dilate(&ring, by: .disc(radius: ringRadius))
        ring.subtract(mask)
        let dark = percentile(5, of: picture, where: core) ?? 0
        let around = percentile(70, of: picture, where: ring) ?? Float(picture.values.max() ?? 0)
        let bright = max(around, dark + anchorDistanceMinimum)
        return picture.values.map {
            min(max(lung + (Float($0) - dark) / (bright - dark) * tissueAboveLung, 0), 1)
        }
    }

    /// The percentile of the values under a mask, linear between neighbors; nil when the mask is empty.
    private static func percentile(_ percent: Float, of picture: SmallPicture, where mask: Plane) -> Float? {
        var counts = [Int](repeating: 0, count: 256)
        var runs: [Run] = []
        mask.findRuns(of: true, into: &runs)
        for run in runs {
            let start = Int(run.row) * picture.columns
            for value in picture.values[start + Int(run.start)..<start + Int(run.end)] {
                counts[Int(value)] += 1
            }
        }
        let total = counts.reduce(0, +)
        guard total > 0 else { return nil }
        func value(at place: Int) -> Float {
            var passed = 0
            for (value, count) in counts.enumerated() {
                passed += count
                if passed > place { return Float(value) }
            }
            return 255
        }
        let place = Float(total - 1) * (percent / 100)
        let (below, fraction) = (Int(place), place - place.rounded(.down))
        let (a, b) = (value(at: below), value(at: min(below + 1, total - 1)))
        return fraction < 0.5 ? a + (b - a) * fraction : b - (b - a) * (1 - fraction)
    }
}
