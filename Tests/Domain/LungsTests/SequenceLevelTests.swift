import Lungs
import Testing

@Suite("levels in a series")
struct SequenceLevelTests {
    private func levels(_ areas: [Double], spacing: Double = 5) -> [Double?] {
        // From head to feet: the first slice has the largest offset.
        sequenceLevel(areas.enumerated().map { (100 - Double($0.offset) * spacing, $0.element) })
    }

    @Test("from 0 at the apex to 1 at the base")
    func whole() {
        #expect(levels([5, 50, 100, 80, 5]) == [0, 0.25, 0.5, 0.75, 1])
    }

    @Test("what lies outside the run has no level")
    func outside() {
        #expect(levels([0, 4.9, 5, 100, 60, 3, 0]) == [nil, nil, 0, 0.5, 1, nil, nil])
    }

    @Test("one slice without lung inside is bridged, two are not")
    func gaps() {
        #expect(levels([20, 0, 100, 0, 30]) == [0, 0.25, 0.5, 0.75, 1])
        #expect(levels([20, 0, 0, 100, 50, 0, 0, 30]) == [nil, nil, nil, 0, 1, nil, nil, nil])
    }

    @Test("order and offsets count, not the order in which the slices come")
    func shuffled() {
        let levels = sequenceLevel([(-10, 50), (20, 30), (0, 100), (-20, 10)])
        #expect(levels == [0.75, 0, 0.5, 1])
    }

    @Test("no slices, no lung, one slice, one place")
    func small() {
        #expect(sequenceLevel([]).isEmpty)
        #expect(levels([0, 4, 1]) == [nil, nil, nil])
        #expect(levels([30]) == [0])
        #expect(levels([30, 40], spacing: 0) == [0, 0])
    }
}
