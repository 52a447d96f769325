/// Which partition each item is in: a hash table of four bytes an entry, which knows a tag of the id and the partition,
/// and asks the partition whether the id is really there.
struct HomeTable: Sendable {
    private static let free: UInt32 = 0
    private static let deleted: UInt32 = 1
    /// Entries are (number + 1) · 256 + tag, so none is free or deleted.
    private static let tagBits: UInt32 = 8
    /// More partitions have no number.
    static let partitionMaximum = 1 << 23

    private var entries: [UInt32] = [0]
    private var used = 0
    private(set) var count = 0

    /// The partition of an item; nil if it is nowhere.
    func partition(of id: NeighborID, isIn: (Int) -> Bool) -> Int? {
        self.place(of: id, isIn: isIn).map { Self.partition(self.entries[$0]) }
    }

    /// Adds an item that is nowhere yet.
    mutating func insert(_ id: NeighborID, into partition: Int) {
        precondition(!self.isFull, "`grow` first")
        var place = self.start(of: id)
        while self.entries[place] > Self.deleted { place = self.next(place) }
        if self.entries[place] == Self.free { self.used += 1 }
        self.entries[place] = Self.entry(id, partition)
        self.count += 1
    }

    /// Takes away an item that is in a partition.
    mutating func remove(_ id: NeighborID, from partition: Int) {
        self.entries[self.place(of: id, in: partition)] = Self.deleted
        self.count -= 1
    }

    /// Notes that an item has gone from one partition to another.
    mutating func move(_ id: NeighborID, from old: Int, to new: Int) {
        self.entries[self.place(of: id, in: old)] = Self.entry(id, new)
    }

    /// Where an item is noted that is in a partition. Of items with equal tags in the same partition any entry serves:
    /// they are alike.
    private func place(of id: NeighborID, in partition: Int) -> Int {
        let wanted = Self.entry(id, partition)
        var place = self.start(of: id)
        while self.entries[place] != wanted {
            precondition(self.entries[place] != Self.free, "an item that is not where it was put")
            place = self.next(place)
        }
        return place
    }

    /// Whether there is no room for another item.
    var isFull: Bool { (self.used + 1) * 20 > self.entries.count * 17 }

    /// An empty table with room for so many items.
    init(room: Int = 0) {
        self.entries = Array(repeating: Self.free, count: max(8, room * 20 / 17 + room / 32 + 2))
    }

    private func place(of id: NeighborID, isIn: (Int) -> Bool) -> Int? {
        let tag = Self.tag(id)
        var place = self.start(of: id)
        while self.entries[place] != Self.free {
            let entry = self.entries[place]
            if entry > Self.deleted, entry & 0xFF == tag, isIn(Self.partition(entry)) { return place }
            place = self.next(place)
        }
        return nil
    }

    private func start(of id: NeighborID) -> Int {
        Int(id.scattered.multipliedFullWidth(by: UInt64(self.entries.count)).high)
    }

    private func next(_ place: Int) -> Int { place + 1 == self.entries.count ? 0 : place + 1 }

    private static func tag(_ id: NeighborID) -> UInt32 { UInt32(truncatingIfNeeded: id.scattered) & 0xFF }

    private static func entry(_ id: NeighborID, _ partition: Int) -> UInt32 {
        UInt32(partition + 1) << self.tagBits | self.tag(id)
    }

    private static func partition(_ entry: UInt32) -> Int { Int(entry >> self.tagBits) - 1 }

    /// Bytes that the table takes.
    var byteCount: Int { 4 * self.entries.capacity }
}
