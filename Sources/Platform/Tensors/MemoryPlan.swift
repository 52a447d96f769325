/// Where tensors lie in one memory, so that those which live at different times may share a place.
package struct MemoryPlan: Sendable {
    /// When a tensor is needed: from the step which writes it first to the one which reads it last.
    package struct Lifetime: Sendable {
        package var byteCount: Int
        package var first: Int
        package var last: Int

        /// A lifetime.
        package init(byteCount: Int, first: Int, last: Int) {
            self.byteCount = byteCount
            self.first = first
            self.last = last
        }
    }

    /// Where each tensor starts, in bytes: multiples of 64.
    package let offsets: [Int]
    /// Bytes of all together.
    package let byteCount: Int

    /// Largest tensors first, each at the lowest place that is free all its life (Pisarchyk and Lee 2020, greedy by
    /// size).
    package init(_ lifetimes: [Lifetime]) {
        var offsets = [Int](repeating: 0, count: lifetimes.count)
        var placed: [Int] = []
        var end = 0
        let order = lifetimes.indices.sorted {
            (lifetimes[$0].byteCount, $1) > (lifetimes[$1].byteCount, $0)
        }
        for index in order {
            let tensor = lifetimes[index]
            let size = (tensor.byteCount + 63) / 64 * 64
            var start = 0
            for other in placed
            where lifetimes[other].first <= tensor.last && tensor.first <= lifetimes[other].last {
                if start + size <= offsets[other] { break }
                start = max(start, offsets[other] + (lifetimes[other].byteCount + 63) / 64 * 64)
            }
            offsets[index] = start
            end = max(end, start + size)
            let position = placed.firstIndex { offsets[$0] > start } ?? placed.count
            placed.insert(index, at: position)
        }
        self.offsets = offsets
        self.byteCount = end
    }
}
