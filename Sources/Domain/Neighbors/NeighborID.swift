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

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identifier of 16 zero bytes.
    static let zero = NeighborID(high: 0, low: 0)

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

    /// Bits of which any few tell ids apart, also where ids differ in a few places only.
    var scattered: UInt64 {
        var mixed = (self.high ^ (self.low &* 0x9E37_79B9_7F4A_7C15)) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 32
        return mixed &* 0x94D0_49BB_1331_11EB ^ mixed >> 29
    }
}
