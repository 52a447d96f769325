import Tensors
import Testing

@Suite struct MemoryPlanTests {
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ self.state >> 31
        }
    }

    @Test(
        "what lives at the same time shares no byte, and no more is used than all together",
        arguments: 0..<50
    )
    func apart(seed: UInt64) {
        var generator = Seeded(state: seed)
        let lifetimes = (0..<60).map { _ in
            let first = Int.random(in: 0..<40, using: &generator)
            return MemoryPlan.Lifetime(
                byteCount: Int.random(in: 0..<5_000, using: &generator),
                first: first,
                last: first + Int.random(in: 0..<8, using: &generator)
            )
        }
        let plan = MemoryPlan(lifetimes)
        for (index, a) in lifetimes.enumerated() {
            #expect(plan.offsets[index] % 64 == 0)
            #expect(plan.offsets[index] + a.byteCount <= plan.byteCount)
            for (other, b) in lifetimes.enumerated()
            where other < index && a.first <= b.last && b.first <= a.last {
                let isApart =
                    plan.offsets[index] + a.byteCount <= plan.offsets[other]
                    || plan.offsets[other] + b.byteCount <= plan.offsets[index]
                #expect(isApart)
            }
        }
        #expect(plan.byteCount <= lifetimes.reduce(0) { $0 + ($1.byteCount + 63) / 64 * 64 })
    }

    @Test("a chain needs the memory of two neighbors")
    func chain() {
        let lifetimes = (0..<20).map { MemoryPlan.Lifetime(byteCount: 640, first: $0, last: $0 + 1) }
        #expect(MemoryPlan(lifetimes).byteCount == 2 * 640)
    }
}
