private import Synchronization

/// A list that is only ever appended to, in chunks that copies share: whoever keeps an older copy goes on reading what
/// it knew while the list grows, and nothing is copied for that.
struct GrowingList<Element: Sendable>: Sendable {
    private static var chunkSize: Int { 1_024 }

    /// A part of the list; slots below `claimed` never change again.
    @safe private final class Chunk: @unchecked Sendable {
        // Unchecked: a slot is written once, by whoever claimed it, before any copy of the list counts it.
        let slots: UnsafeMutablePointer<Element>
        let claimed = Atomic<Int>(0)

        init() { unsafe self.slots = .allocate(capacity: GrowingList.chunkSize) }

        deinit {
            unsafe self.slots.deinitialize(count: self.claimed.load(ordering: .relaxed))
            unsafe self.slots.deallocate()
        }
    }

    private var chunks: [Chunk] = []
    private(set) var count = 0

    init() {}

    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < self.count, "beyond the end of a list")
        // SAFETY: below the count, so it was written before this copy could count it.
        return unsafe self.chunks[index / Self.chunkSize].slots[index % Self.chunkSize]
    }

    mutating func append(_ element: Element) {
        let place = self.count % Self.chunkSize
        if place == 0 {
            // A copy of this list may have begun a chunk of its own: then this is another.
            self.chunks.append(Chunk())
        }
        var chunk = self.chunks[self.chunks.count - 1]
        if !chunk.claimed.compareExchange(
            expected: place,
            desired: place + 1,
            ordering: .acquiringAndReleasing
        ).exchanged {
            chunk = self.copy(of: chunk, upTo: place)
            self.chunks[self.chunks.count - 1] = chunk
        }
        // SAFETY: the slot was claimed by this call alone and lies within the chunk.
        unsafe (chunk.slots + place).initialize(to: element)
        self.count += 1
    }

    /// Another copy of the list has written behind our end: we go on in a chunk of our own.
    private func copy(of chunk: Chunk, upTo place: Int) -> Chunk {
        let copy = Chunk()
        for index in 0..<place {
            // SAFETY: below our count, so it was written.
            unsafe (copy.slots + index).initialize(to: chunk.slots[index])
        }
        copy.claimed.store(place + 1, ordering: .releasing)
        return copy
    }
}
