/// The order in which a partition's items are compared while there is no radius: those with the nearest heads first.
struct FirstLook {
    /// (16 B), lower bounds on the distances to the slots.
    private let bounds: [Float]
    /// Ascending: bounds of items, or, where there are enough blocks, the least of each block.
    private let thresholds: [Float]
    /// The place among the thresholds up to which the next items reach.
    private var next: Int
    /// Whether a slot may be left.
    private(set) var isLeft = true
    private let blockCount: Int

    /// - Parameters:
    ///   - bounds: (16 B), lower bounds on the distances to the slots.
    ///   - masks: (B or more), the lanes that are looked at.
    init(bounds: [Float], masks: borrowing MutableSpan<UInt16>, blockCount: Int, k: Int) {
        self.bounds = bounds
        self.blockCount = blockCount
        var least: [Float] = []
        // One in each block are quickly sorted; that it passes over others of the same block does no harm.
        let isByBlock = 2 * k < blockCount
        for block in 0..<blockCount {
            var leastOfBlock = Float.infinity
            var lanes = masks[block]
            while lanes != 0 {
                let bound = bounds[16 * block + lanes.trailingZeroBitCount]
                if isByBlock { leastOfBlock = min(leastOfBlock, bound) } else { least.append(bound) }
                lanes &= lanes - 1
            }
            if isByBlock && masks[block] != 0 { least.append(leastOfBlock) }
        }
        least.sort()
        self.thresholds = least
        self.next = k + k / 4
    }

    /// The next slots, which are taken from the masks.
    mutating func next(takenFrom masks: consuming MutableSpan<UInt16>) -> [UInt32] {
        let threshold = self.next < self.thresholds.count ? self.thresholds[self.next] : .infinity
        self.isLeft = threshold < .infinity
        self.next *= 2
        var slots: [UInt32] = []
        for block in 0..<self.blockCount {
            var lanes = masks[block]
            while lanes != 0 {
                let lane = lanes.trailingZeroBitCount
                if self.bounds[16 * block + lane] <= threshold {
                    slots.append(UInt32(16 * block + lane))
                    masks[block] &= ~(1 << UInt16(lane))
                }
                lanes &= lanes - 1
            }
        }
        return slots
    }
}
