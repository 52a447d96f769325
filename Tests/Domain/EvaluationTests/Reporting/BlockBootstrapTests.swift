import Evaluation
import LinearAlgebra
import Testing

@Suite("Block bootstrap")
struct BlockBootstrapTests {
    private func interval(_ patients: [[Double?]], seed: UInt64 = 1) throws -> Interval {
        var generator = SeededGenerator(seed: seed)
        return try #require(blockBootstrap(patients, generator: &generator))
    }

    @Test("the mean is that of the patients' means, whatever their number of slices")
    func mean() throws {
        let found = try interval([[Double?](repeating: 1, count: 30), [Double?](repeating: 3, count: 3)])
        #expect(found.mean == 2 && found.lower == 2 && found.upper == 2)
    }

    @Test("holds the true mean in about 95 of 100 samples of blocks that hang together")
    func coverage() throws {
        var generator = SeededGenerator(seed: 5)
        var covered = 0
        for sample in 0..<200 {
            // Runs of eight equal values around 1: neighbors say nothing new.
            let values = (0..<40).flatMap { _ -> [Double?] in
                let value = 1 + Double(generator.normal())
                return [Double?](repeating: value, count: 8)
            }
            let found = try interval([values], seed: UInt64(sample))
            if found.lower <= 1 && found.upper >= 1 { covered += 1 }
        }
        #expect((176...200).contains(covered))
    }

    @Test("queries without a value are left out, and no value at all gives no interval")
    func missing() throws {
        #expect(try interval([[nil, 2, nil, 2], [nil, nil]]).mean == 2)
        var generator = SeededGenerator(seed: 1)
        #expect(blockBootstrap([[nil, nil], []], generator: &generator) == nil)
    }

    @Test("patients who differ widen the interval only when they are redrawn")
    func redrawnPatients() throws {
        let patients = (0..<20).map { [Double?](repeating: Double($0 % 2), count: 12) }
        #expect(try interval(patients).lower == 0.5)
        var generator = SeededGenerator(seed: 1)
        let found = try #require(blockBootstrap(patients, redrawsPatients: true, generator: &generator))
        // 1.96 times the standard error 0.5 / √20 = 0.112 either way.
        #expect(found.mean == 0.5)
        #expect(abs(found.lower - 0.28) < 0.04 && abs(found.upper - 0.72) < 0.04)
    }

    @Test("says whether a difference is above zero")
    func aboveZero() throws {
        #expect(try interval([[1, 1.1, 0.9, 1]]).isAboveZero)
        #expect(try !interval([[1, -1, 1, -1, 1, -1, 1, -1, 1]]).isAboveZero)
    }
}
