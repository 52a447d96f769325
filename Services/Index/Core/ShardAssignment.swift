package import Wire

/// Which part of the archive a node keeps: the series whose hash falls to its shard.
///
/// Whole series, so that one node answers for a series and most of a patient. The hash is part of the system's
/// contract: every node of every version must give a series to the same shard.
package struct ShardAssignment: Sendable, Equatable {
    /// This node's shard, from 0.
    package let shard: Int
    /// Number of shards, at least 1.
    package let count: Int

    /// Nil unless 0 ≤ shard < count.
    package init?(shard: Int, of count: Int) {
        guard count >= 1, (0..<count).contains(shard) else { return nil }
        self.shard = shard
        self.count = count
    }

    /// Whether this node keeps the slices of a series.
    package func keeps(_ series: Identifier) -> Bool {
        Self.shard(of: series, among: self.count) == self.shard
    }

    /// The shard of a series: FNV-1a (64 bits) over its bytes, folded to 32 bits, modulo the number of shards.
    package static func shard(of series: Identifier, among count: Int) -> Int {
        let hash = series.bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        // The low bits of FNV alone mix poorly.
        return Int((hash >> 32 ^ hash & 0xFFFF_FFFF) % UInt64(count))
    }
}
