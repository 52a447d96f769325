import Testing

@testable import Labeling

@Suite("Alignment of whole series")
struct MonotoneAlignmentTests {
    /// Similarity of places whose levels differ: ½ at the same level, falling to below zero.
    private func aligned(_ first: [Double], _ second: [Double], level: (Double) -> Double)
        -> MonotoneAlignment
    {
        MonotoneAlignment(
            similarities: first.flatMap { a in second.map { 0.5 - 8 * abs(level(a) - $0 / 300) } },
            firstOffsets: first,
            secondOffsets: second
        )
    }

    private func places(_ count: Int, every step: Double, from start: Double = 0) -> [Double] {
        (0..<count).map { start + Double($0) * step }
    }

    @Test(
        "finds the places that belong together: shifted, stretched by 1.5, or within the other",
        arguments: [0, 1, 2]
    )
    func finds(kind: Int) {
        let second = places(76, every: 4)
        let (first, level): ([Double], (Double) -> Double) =
            switch kind {
            case 0: (places(60, every: 5, from: -500), { ($0 + 500) / 300 })
            case 1: (places(67, every: 3), { 1.5 * $0 / 300 })
            default: (places(20, every: 5, from: 1_000), { ($0 - 900) / 300 })
            }
        let alignment = aligned(first, second, level: level)
        for place in first.dropFirst(3).dropLast(3) {
            #expect(alignment.distance(place, level(place) * 300) < 4.5)
            #expect(alignment.distance(place, level(place) * 300 + 60) > 35)
        }
    }

    @Test("never turns back, and steps by at most twice as much on one series as on the other")
    func monotone() {
        // No true place at all: noise.
        var generator = SplitMix(state: 7)
        let (first, second) = (places(30, every: 5), places(41, every: 3))
        let alignment = MonotoneAlignment(
            similarities: (0..<30 * 41).map { _ in generator.unit() - 0.5 },
            firstOffsets: first,
            secondOffsets: second
        )
        for step in alignment.first.indices.dropFirst() {
            let along = alignment.first[step] - alignment.first[step - 1]
            let across = alignment.second[step] - alignment.second[step - 1]
            #expect(along > 0 && across > 0 && along <= 2 * across && across <= 2 * along)
        }
    }

    @Test("is the same from both sides")
    func symmetric() {
        let (first, second) = (places(40, every: 5), places(60, every: 4))
        let forth = aligned(first, second) { 1.2 * $0 / 300 }
        let back = MonotoneAlignment(
            similarities: second.flatMap { b in first.map { 0.5 - 8 * abs(1.2 * $0 / 300 - b / 300) } },
            firstOffsets: second,
            secondOffsets: first
        )
        for place in first { #expect(forth.distance(place, 100) == back.distance(100, place)) }
    }

    @Test("two slices far apart or at one place are a series too")
    func short() {
        let one = MonotoneAlignment(
            similarities: [1, 0, 0, 1],
            firstOffsets: [0, 0],
            secondOffsets: [5, 5]
        )
        #expect(one.distance(0, 5) == 0 && one.distance(0, 25) == 20)
        let few = MonotoneAlignment(
            similarities: [1, 0, 0, 1],
            firstOffsets: [0, 90],
            secondOffsets: [0, 90]
        )
        #expect(few.distance(45, 45) < 8)
    }
}

/// Uniform numbers of 0..<1.
private struct SplitMix {
    var state: UInt64

    mutating func unit() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }
}
