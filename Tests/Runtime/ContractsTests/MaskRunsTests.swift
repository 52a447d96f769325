import Contracts
import TestKit
import Testing

@Suite("Runs of a mask")
struct MaskRunsTests {
    @Test("neighbors that are equal share a run")
    func layout() {
        #expect(MaskRuns.encode([0, 0, 0, 2, 1, 1]) == [3, 0, 0, 0, 0, 1, 0, 0, 0, 2, 2, 0, 0, 0, 1])
        #expect(MaskRuns.encode([]) == [])
    }

    @Test("labels come back as they were", arguments: 0..<20)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var labels: [UInt8] = []
        for _ in 0..<Int.random(in: 0...50, using: &random) {
            let run = Int.random(in: 1...400, using: &random)
            labels += Array(repeating: UInt8.random(in: 0...2, using: &random), count: run)
        }
        #expect(MaskRuns.decode(MaskRuns.encode(labels), count: labels.count) == labels)
        #expect(MaskRuns.decode(MaskRuns.encode(labels), count: labels.count + 1) == nil)
    }

    @Test("runs that claim more than the mask, nothing, or half a run are refused")
    func refused() {
        #expect(MaskRuns.decode([255, 255, 255, 255, 1], count: 16) == nil)
        #expect(MaskRuns.decode([0, 0, 0, 0, 1], count: 0) == nil)
        #expect(MaskRuns.decode([4, 0, 0, 0], count: 4) == nil)
        #expect(MaskRuns.decode([4, 0, 0, 0, 1], count: -1) == nil)
    }
}
