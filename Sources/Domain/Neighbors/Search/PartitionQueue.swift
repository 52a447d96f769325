/// Partitions that may still hold neighbors, nearest first: a binary heap of 64-bit keys.
struct PartitionQueue {
    /// The order in the high half, the partition's number in the low one.
    private var heap: [UInt64] = []

    /// Adds a partition; `make` the heap when all are there.
    ///
    /// - Parameter order: not negative.
    @inline(__always)
    mutating func add(_ number: Int, order: Float) {
        // Floats that are not negative are ordered as their bits are.
        self.heap.append(UInt64(order.bitPattern) << 32 | UInt64(number))
    }

    init(room: Int) { self.heap.reserveCapacity(room) }

    mutating func make() {
        for index in stride(from: self.heap.count / 2 - 1, through: 0, by: -1) { self.sink(index) }
    }

    /// About the nearest that are left.
    func forEachOfFirst(_ count: Int, _ body: (Int) -> Void) {
        for place in 0..<min(count, self.heap.count) { body(Int(self.heap[place] & 0xFFFF_FFFF)) }
    }

    mutating func pop() -> Int? {
        guard let first = self.heap.first else { return nil }
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            self.sink(0)
        }
        return Int(first & 0xFFFF_FFFF)
    }

    private mutating func sink(_ start: Int) {
        let moving = self.heap[start]
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < self.heap.count else { break }
            if child + 1 < self.heap.count && self.heap[child + 1] < self.heap[child] { child += 1 }
            guard self.heap[child] < moving else { break }
            self.heap[parent] = self.heap[child]
            parent = child
        }
        self.heap[parent] = moving
    }
}
