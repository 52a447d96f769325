/// Where things lie in the memory of one partition. Sections start at multiples of 64 bytes, in the order below.
struct PartitionShape: Sendable, Equatable {
    let layout: CodeLayout
    /// Slots, a multiple of 16.
    let capacity: Int
    /// The first slots, which are ordered by distance and have rings and postings.
    let sortedCount: Int
    /// Different attribute values among the sorted slots.
    let facetCount: Int
    /// Entries in all postings.
    let postingCount: Int

    /// (4 + P): of errors, of each part's squared lengths, of distances in the tail, of rings; the length of the
    /// center.
    let scales: Int
    /// (C), the image of the reference point, about: upper halves of floats.
    let center: Int
    /// (C), what a unit of code stands for: upper halves of floats.
    let steps: Int
    /// (P + 1, 2, R), smallest and largest distance of each ring's vectors to the reference point, part by part, then of
    /// all parts together, widened by rounding, as 16-bit multiples of a scale.
    let rings: Int
    /// (F), ascending.
    let facets: Int
    /// (F + 1), where a facet's postings start.
    let postingStarts: Int
    /// Slots that have a facet, as 16-bit numbers.
    let postings: Int
    let blocks: Int
    let tails: Int
    /// (S), the reference point; a search reads the view's copy.
    let reference: Int
    /// (capacity, S).
    let rows: Int
    /// (capacity), 16 bytes each.
    let ids: Int
    /// (capacity), numbers of owners.
    let owners: Int
    /// (capacity), numbers of sets of facets.
    let sets: Int
    let byteCount: Int

    /// More slots do not fit 16-bit postings.
    static let capacityMaximum = 1 << 16

    init(layout: CodeLayout, capacity: Int, sortedCount: Int, facetCount: Int, postingCount: Int) {
        precondition(capacity % 16 == 0 && sortedCount <= capacity, "a partition of impossible size")
        self.layout = layout
        self.capacity = capacity
        self.sortedCount = sortedCount
        self.facetCount = facetCount
        self.postingCount = postingCount
        let ringCount = (sortedCount + 15) / 16
        var end = 0
        func section(_ bytes: Int) -> Int {
            defer { end += (bytes + 63) / 64 * 64 }
            return end
        }
        self.scales = section(4 * (4 + layout.partCount))
        self.center = section(2 * layout.positionCount)
        self.steps = section(2 * layout.positionCount)
        self.rings = section(2 * 2 * (layout.partCount + 1) * ringCount)
        self.facets = section(4 * facetCount)
        self.postingStarts = section(4 * (facetCount + 1))
        self.postings = section(2 * postingCount)
        self.blocks = section(capacity / 16 * layout.blockBytes)
        // The scan of a tail reads whole groups, so a group more than the last tail needs.
        self.tails = section(capacity * layout.tailBytes + 2 * (layout.positionCount - 32) / 4)
        self.reference = section(4 * layout.stride)
        self.rows = section(4 * capacity * layout.stride)
        self.ids = section(16 * capacity)
        self.owners = section(4 * capacity)
        self.sets = section(4 * capacity)
        self.byteCount = end
    }

    /// Bytes that a search reads before any code: all in front of the facets.
    var headBytes: Int { self.facets }

    /// Rings of 16 sorted slots each.
    var ringCount: Int { (self.sortedCount + 15) / 16 }
}
