import Synchronization
import Tensors
import Testing

@Suite struct ComputeEngineTests {
    @Test("each index has its turn once, whatever the number of threads", arguments: [1, 2, 3, 8])
    func parallel(threadCount: Int) throws {
        let engine = try ComputeEngine(threadCount: threadCount)
        for count in [0, 1, 2, 7, 100] {
            let runs = Mutex([Int](repeating: 0, count: count))
            engine.inParallel(count) { range in
                #expect(range.count <= (count + threadCount - 1) / threadCount)
                runs.withLock { for index in range { $0[index] += 1 } }
            }
            #expect(runs.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("threads write places of their own")
    func doubles() throws {
        let engine = try ComputeEngine(threadCount: 2)
        let format = TensorFormat.plain([8 * 3 * 5], .opaque)
        let place = TensorPlace(TensorMemory(byteCount: 256), at: 64, format: format)
        engine.inParallel(5) { items in
            place.writeDoubles(3 * items.lowerBound..<3 * items.upperBound) { span in
                for index in span.indices { span[index] = Double(3 * items.lowerBound + index) }
            }
        }
        let found = place.readDoubles { span in span.indices.map { span[$0] } }
        #expect(found == (0..<15).map(Double.init))
    }
}
