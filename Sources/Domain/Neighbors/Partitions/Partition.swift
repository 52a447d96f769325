internal import LinearAlgebra

/// Whose an item is and what it has, as numbers of the index's tables.
struct Member: Sendable {
    let id: NeighborID
    let owner: UInt32
    let set: UInt32
}

/// The items of one partition at one moment: a store, how much of it counts, and what was removed from it.
@safe struct Partition: @unchecked Sendable {
    // Unchecked: see `PartitionStore`.
    let store: PartitionStore
    /// Where the store's memory begins: known without a look at the store, which may be far away.
    private let base: UnsafeRawPointer
    private let headBytes: Int
    /// Slots that count, the removed ones included.
    private(set) var count: Int
    /// One bit a slot, set where the item was removed; empty if none was.
    private(set) var removed: [UInt64] = []
    private(set) var removedCount = 0

    init(store: PartitionStore, count: Int) {
        self.store = store
        unsafe self.base = store.memory.base
        self.headBytes = store.shape.headBytes
        self.count = count
    }

    /// Brings nearer what a search reads first: the store, and of its memory all before the blocks of codes.
    @inline(__always)
    func prefetchHead() {
        let store = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self.store).toOpaque())
        unsafe prefetch(store, byteCount: 384)
        unsafe prefetch(self.base, byteCount: self.headBytes)
    }

    /// Items that are there.
    var liveCount: Int { self.count - self.removedCount }

    /// Blocks of codes that hold a slot.
    var blockCount: Int { (self.count + 15) / 16 }

    @inline(__always)
    func isLive(_ slot: Int) -> Bool {
        slot < self.count && (self.removed.isEmpty || self.removed[slot / 64] >> UInt64(slot % 64) & 1 == 0)
    }

    /// Lanes of a block that hold an item that is there.
    @inline(__always)
    func liveLanes(ofBlock block: Int) -> UInt16 {
        let rest = self.count - 16 * block
        let filled: UInt16 = rest >= 16 ? .max : UInt16(1) << UInt16(rest) - 1
        guard !self.removed.isEmpty else { return filled }
        return filled & ~UInt16(truncatingIfNeeded: self.removed[block / 4] >> UInt64(block % 4 * 16))
    }

    /// Slots of items that are there.
    var liveSlots: [Int] { (0..<self.count).filter { self.isLive($0) } }

    /// The slot of an item that is there.
    func slot(of id: NeighborID) -> Int? {
        for slot in 0..<self.count where self.store.id(slot) == id && self.isLive(slot) { return slot }
        return nil
    }

    mutating func remove(_ slot: Int) {
        precondition(self.isLive(slot), "removed twice")
        let words = (self.store.shape.capacity + 63) / 64
        if self.removed.isEmpty { self.removed = Array(repeating: 0, count: words) }
        self.removed[slot / 64] |= 1 << UInt64(slot % 64)
        self.removedCount += 1
    }

    /// The same items in a store of their own, with room for more.
    func grown(room: Int) -> Partition {
        var grown = Partition(store: self.store.grown(written: self.count, room: room), count: self.count)
        guard !self.removed.isEmpty else { return grown }
        let words = (grown.store.shape.capacity + 63) / 64
        grown.removed =
            self.removed.prefix(words) + Array(repeating: 0, count: max(0, words - self.removed.count))
        grown.removedCount = self.removedCount
        return grown
    }

    /// Sets what a snapshot says was removed.
    mutating func restore(removed: [UInt64]) {
        self.removed = removed
        self.removedCount = removed.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Appends an item behind the sorted slots.
    ///
    /// - Returns: False if there is no room, or another copy of the index has taken it.
    mutating func append(_ member: Member, row: [Float]) -> Bool {
        let slot = self.count
        guard self.store.claim(slot) else { return false }
        let scales = self.store.scales
        let basis = self.store.basis
        let image = basis.image(of: row)
        let encoded = EncodedVectors(
            rotated: image.span,
            center: self.store.center,
            steps: self.store.steps,
            partOf: basis.partOf,
            partCount: self.store.shape.layout.partCount
        )
        self.store.write(
            slot,
            member: member,
            rows: row.span,
            encoded: encoded,
            at: 0,
            scales: scales,
            projectionError: basis.projectionError * (length(of: row) + scales[scales.count - 1])
        )
        self.count += 1
        return true
    }
}

/// The Euclidean length of a row, rounded to the next float above.
func length(of row: [Float]) -> Float {
    let zero = [Float](repeating: 0, count: row.count)
    return squaredDistance(row.span, zero.span).squareRoot() * (1 + 0x1p-12)
}
