/// What may still hold neighbors, nearest bound first: a binary heap.
struct RingQueue {
    /// A whole partition, or one ring of it.
    struct Entry {
        /// Lower bound on the squared distance to anything inside.
        let bound: Double
        /// Distance to the reference point: decides between equal bounds, for a query lies inside many partitions.
        let center: Float
        let partition: Int32
        /// `wholePartition`, or the ring's number.
        let ring: Int32

        static let wholePartition: Int32 = -1

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.bound < b.bound || (a.bound == b.bound && a.center < b.center)
        }
    }

    private var heap: [Entry]

    init(_ entries: [Entry]) {
        self.heap = entries
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) {
            self.sink(index)
        }
    }

    mutating func push(_ entry: Entry) {
        self.heap.append(entry)
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Entry.precedes(self.heap[child], self.heap[parent]) else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Entry? {
        guard let first = self.heap.first else { return nil }
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            self.sink(0)
        }
        return first
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < self.heap.count && Entry.precedes(self.heap[child], self.heap[least]) {
                least = child
            }
            guard least != parent else { return }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }
}
