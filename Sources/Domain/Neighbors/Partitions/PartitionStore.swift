internal import LinearAlgebra
internal import Synchronization

/// The vectors around one reference point and what is known of them, in one piece of memory.
///
/// The sorted slots never change. Behind them, slots are appended one at a time: whoever claims a slot is the only one
/// to write its bytes, and no reader looks at a slot before its partition counts it.
final class PartitionStore: @unchecked Sendable {
    let shape: PartitionShape
    let basis: RotatedBasis
    let memory: NeighborMemory
    private let claimed: Atomic<Int>

    /// - Parameter written: slots that are filled.
    init(shape: PartitionShape, basis: RotatedBasis, memory: NeighborMemory, written: Int) {
        precondition(memory.byteCount >= shape.byteCount, "less memory than the partition needs")
        self.shape = shape
        self.basis = basis
        self.memory = memory
        self.claimed = Atomic(written)
    }

    /// Whether slot `slot` is now the caller's to fill.
    func claim(_ slot: Int) -> Bool {
        guard slot < self.shape.capacity else { return false }
        return self.claimed.compareExchange(
            expected: slot,
            desired: slot + 1,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    // MARK: Reading

    /// A section as numbers.
    @inline(__always)
    func start<T>(_ offset: Int, of type: T.Type = T.self) -> UnsafePointer<T> {
        unsafe (self.memory.base + offset).assumingMemoryBound(to: type)
    }

    @inline(__always)
    func id(_ slot: Int) -> NeighborID {
        // SAFETY: slots below a partition's count are below the capacity.
        unsafe self.start(self.shape.ids, of: NeighborID.self)[slot]
    }

    @inline(__always)
    func prefetchID(_ slot: Int) {
        unsafe prefetch(self.memory.base + self.shape.ids + 16 * slot, byteCount: 16)
    }

    @inline(__always)
    func owner(_ slot: Int) -> UInt32 {
        // SAFETY: as above.
        unsafe self.start(self.shape.owners, of: UInt32.self)[slot]
    }

    @inline(__always)
    func set(_ slot: Int) -> UInt32 {
        // SAFETY: as above.
        unsafe self.start(self.shape.sets, of: UInt32.self)[slot]
    }

    /// Brings nearer the codes of as many blocks as a scan of heads does not fetch itself.
    @inline(__always)
    func prefetchBlocks(from block: Int) {
        let start = self.shape.blocks + block * self.shape.layout.blockBytes
        unsafe prefetch(self.memory.base + start, byteCount: 6 * self.shape.layout.blockBytes)
    }

    /// (S).
    func row(_ slot: Int) -> [Float] { self.floats(self.shape.rows + 4 * slot * self.stride, self.stride) }

    /// A copy of some floats.
    func floats(_ offset: Int, _ count: Int) -> [Float] {
        precondition(offset >= 0 && offset + 4 * count <= self.shape.byteCount, "beyond the partition")
        // SAFETY: within the memory, checked above.
        return unsafe Array(UnsafeBufferPointer(start: self.start(offset), count: count))
    }

    /// (S).
    var reference: [Float] { self.floats(self.shape.reference, self.stride) }
    /// (C).
    var center: [Float] { self.halves(self.shape.center, self.shape.layout.positionCount) }
    /// (C).
    var steps: [Float] { self.halves(self.shape.steps, self.shape.layout.positionCount) }
    /// (4 + P).
    var scales: [Float] { self.floats(self.shape.scales, 4 + self.shape.layout.partCount) }

    private func halves(_ offset: Int, _ count: Int) -> [Float] {
        let start: UnsafePointer<UInt16> = unsafe self.start(offset)
        // SAFETY: both sections of halves have C of them; see `PartitionShape`.
        return (0..<count).map { unsafe UpperHalf.widened(start[$0]) }
    }

    private var stride: Int { self.shape.layout.stride }

    /// A store of the same slots with room for more: copied as they are, which is far cheaper than to sort them again.
    ///
    /// - Parameters:
    ///   - written: slots that count.
    ///   - room: slots to keep free behind them.
    func grown(written: Int, room: Int) -> PartitionStore {
        let larger = PartitionShape(
            layout: self.shape.layout,
            capacity: (written + room + 15) / 16 * 16,
            sortedCount: self.shape.sortedCount,
            facetCount: self.shape.facetCount,
            postingCount: self.shape.postingCount
        )
        let memory = NeighborMemory(zeroed: larger.byteCount)
        let blocks = (written + 15) / 16
        let sections = [
            (0, 0, self.shape.blocks),
            (self.shape.blocks, larger.blocks, blocks * self.shape.layout.blockBytes),
            (self.shape.tails, larger.tails, written * self.shape.layout.tailBytes),
            (self.shape.reference, larger.reference, 4 * self.stride),
            (self.shape.rows, larger.rows, 4 * written * self.stride),
            (self.shape.ids, larger.ids, 16 * written),
            (self.shape.owners, larger.owners, 4 * written),
            (self.shape.sets, larger.sets, 4 * written),
        ]
        for (old, new, byteCount) in sections {
            precondition(
                old + byteCount <= self.shape.byteCount && new + byteCount <= larger.byteCount,
                "no room"
            )
            // SAFETY: within both pieces of memory, checked above; the new one is nobody else's yet.
            unsafe UnsafeMutableRawPointer(mutating: memory.base + new)
                .copyMemory(from: self.memory.base + old, byteCount: byteCount)
        }
        return PartitionStore(shape: larger, basis: self.basis, memory: memory, written: written)
    }

    // MARK: Writing

    private func mutable<T>(_ offset: Int, of type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        unsafe UnsafeMutableRawPointer(mutating: self.memory.base + offset).assumingMemoryBound(to: type)
    }

    /// Fills a section; only before the store is shared.
    func fill<T>(_ offset: Int, with values: [T]) {
        precondition(
            offset + values.count * MemoryLayout<T>.stride <= self.shape.byteCount,
            "beyond the partition"
        )
        for (index, value) in values.enumerated() {
            // SAFETY: within the memory, checked above.
            unsafe self.mutable(offset, of: T.self)[index] = value
        }
    }

    /// Fills a slot that the caller has claimed.
    ///
    /// - Parameters:
    ///   - row: (S), starting at `index` times S.
    ///   - encoded: its codes are those at `index`.
    ///   - scales: of the store.
    func write(
        _ slot: Int,
        member: Member,
        rows: Span<Float>,
        encoded: EncodedVectors,
        at index: Int,
        scales: [Float],
        projectionError: Float
    ) {
        precondition(slot < self.shape.capacity, "a slot beyond the partition")
        let stride = self.stride
        // SAFETY: the slot lies within the capacity, so each section has room for it; see `PartitionShape`.
        unsafe self.mutable(self.shape.ids, of: NeighborID.self)[slot] = member.id
        unsafe self.mutable(self.shape.owners, of: UInt32.self)[slot] = member.owner
        unsafe self.mutable(self.shape.sets, of: UInt32.self)[slot] = member.set
        let row = unsafe self.mutable(self.shape.rows, of: Float.self) + slot * stride
        for column in 0..<stride { unsafe row[column] = rows[index * stride + column] }
        self.writeCodes(slot, encoded: encoded, at: index, scales: scales, projectionError: projectionError)
    }

    private func writeCodes(
        _ slot: Int,
        encoded: EncodedVectors,
        at index: Int,
        scales: [Float],
        projectionError: Float
    ) {
        let layout = self.shape.layout
        let packed = PackedCode(encoded, at: index, layout: layout, projectionError: projectionError)
        let lane = slot % 16
        let block = unsafe self.mutable(self.shape.blocks + slot / 16 * layout.blockBytes, of: UInt8.self)
        // SAFETY: as in `write`; a block has 2 + P header rows and 256 bytes of planes behind the header.
        let tailDistance = packed.tailDistanceCode(scale: scales[1 + layout.partCount])
        // Without bounds on the tail nothing is known of the vector at all.
        unsafe block[lane] = tailDistance == nil ? PackedCode.unbounded : packed.errorCode(scale: scales[0])
        unsafe block[(1 + layout.partCount) * 16 + lane] = tailDistance ?? 0
        for part in 0..<layout.partCount {
            unsafe block[(1 + part) * 16 + lane] = packed.lengthCode(part, scale: scales[1 + part])
        }
        let planes = unsafe UnsafeMutableRawPointer(block + layout.blockBytes - CodeShape.planeBytes)
            .assumingMemoryBound(to: UInt16.self)
        for half in 0..<8 { unsafe planes[half / 2 * 32 + lane * 2 + half % 2] = packed.headWords[half] }
        let tail = self.shape.tails + slot * layout.tailBytes
        for word in 0..<layout.words {
            unsafe self.mutable(tail, of: UInt16.self)[word] = packed.tailWords[word]
        }
        let behind = unsafe self.mutable(tail + 2 * layout.words, of: UInt8.self)
        for (number, value) in (packed.tailLengths + [packed.error]).enumerated() {
            unsafe UnsafeMutableRawPointer(behind + 4 * number).storeBytes(of: value, as: Float.self)
        }
    }
}
