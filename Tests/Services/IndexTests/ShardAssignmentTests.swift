import IndexCore
import TestKit
import Testing
import Wire

@Suite struct ShardAssignmentTests {
    @Test("a series belongs to the shard that a second implementation computed")
    func knownShards() {
        // FNV-1a over 16 equal bytes, folded, modulo 8; and over 0 to 15 for several counts: from Python.
        let equal = (0..<8).map { byte in
            ShardAssignment.shard(of: Identifier(bytes: Array(repeating: UInt8(byte), count: 16)), among: 8)
        }
        #expect(equal == [4, 6, 0, 2, 4, 0, 0, 5])
        let ascending = Identifier(bytes: Array(0..<16))
        let counts = [1, 2, 3, 7, 1_024]
        #expect(counts.map { ShardAssignment.shard(of: ascending, among: $0) } == [0, 1, 2, 0, 993])
    }

    @Test("shards are about equally large", arguments: [2, 3, 8])
    func balance(count: Int) {
        var random = SplitMix64(seed: 1)
        var sizes = [Int](repeating: 0, count: count)
        for _ in 0..<8_000 { sizes[ShardAssignment.shard(of: .random(using: &random), among: count)] += 1 }
        let expected = 8_000 / count
        #expect(sizes.allSatisfy { abs($0 - expected) < expected / 5 }, "\(sizes)")
    }

    @Test("a shard is below the count", arguments: [(0, 0), (1, 1), (-1, 2), (2, 2)])
    func impossible(shard: Int, count: Int) {
        #expect(ShardAssignment(shard: shard, of: count) == nil)
    }
}
