import Testing

@testable import Neighbors

@Suite struct FirstLookTests {
    @Test("every admitted slot comes once, nearest bounds first", arguments: [1, 3, 10, 40, 500])
    func order(k: Int) {
        var generator = Seeded(state: UInt64(k))
        let blockCount = 23
        let bounds = (0..<16 * blockCount).map { _ in Float.random(in: 0...1, using: &generator) }
        let admitted = (0..<blockCount).map { $0 == 5 ? 0 : UInt16.random(in: 0...(.max), using: &generator) }
        var masks = admitted
        var look = FirstLook(bounds: bounds, masks: masks.mutableSpan, blockCount: blockCount, k: k)
        var found: [UInt32] = []
        var last: Float = -1
        while look.isLeft {
            let slots = look.next(takenFrom: masks.mutableSpan)
            let distances = slots.map { bounds[Int($0)] }
            #expect(distances.allSatisfy { $0 > last })
            if look.isLeft {
                #expect(found.count + slots.count >= k)
                #expect(found.count + slots.count <= 16 * blockCount / 2 || k > 8)
            }
            last = distances.max() ?? last
            found += slots
        }
        let expected = (0..<UInt32(16 * blockCount)).filter {
            admitted[Int($0) / 16] >> UInt16($0 % 16) & 1 == 1
        }
        #expect(found.sorted() == expected)
        #expect(masks.allSatisfy { $0 == 0 })
    }

    @Test("nothing admitted, nothing found")
    func empty() {
        var masks = [UInt16](repeating: 0, count: 2)
        var look = FirstLook(
            bounds: Array(repeating: 1, count: 32),
            masks: masks.mutableSpan,
            blockCount: 2,
            k: 1
        )
        #expect(look.next(takenFrom: masks.mutableSpan).isEmpty)
        #expect(!look.isLeft)
    }
}
