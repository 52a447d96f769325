/// The 16 bytes that name a slice, a series or a patient; ordered as their bytes are.
package struct NeighborID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The identifier with these 16 bytes; nil for any other count.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        self.low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The 16 bytes.
    package var bytes: [UInt8] {
        [self.high, self.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
        }
    }

    /// As the bytes are ordered: ties of a search are broken by it.
    package static func < (a: Self, b: Self) -> Bool {
        (a.high, a.low) < (b.high, b.low)
    }
}
