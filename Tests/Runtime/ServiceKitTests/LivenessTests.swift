import Messaging
import Synchronization
import Testing

@testable import ServiceKit

@Suite("Liveness")
struct LivenessTests {
    @Test("a process whose links are stuck is not alive, and the look is not taken at every question")
    func stuck() async {
        let looks = Atomic<Int>(0)
        let liveness = Liveness {
            looks.add(1, ordering: .relaxed)
            return false
        }
        #expect(await liveness.isAlive() == false)
        #expect(await liveness.isAlive() == false)
        #expect(looks.load(ordering: .relaxed) == 1)
    }

    @Test("a working transport is alive")
    func working() async {
        #expect(await Liveness(transport: MemoryTransport()).isAlive())
        #expect(await Liveness(transport: NNGTransport()).isAlive())
    }
}
