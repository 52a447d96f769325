import Contracts
import Storage
import TestKit
import Testing

@testable import IngestCore

@Suite("Lungs that are remembered")
struct RecentLungsTests {
    private static func digest(_ number: Int) -> Digest { Digest(of: [UInt8(number)]) }

    private static func lungs(_ number: Int) -> FoundLungs {
        FoundLungs(
            rows: 1,
            columns: 1,
            millimetersPerPixel: nil,
            labels: MaskRuns.encode([1]),
            areaSquareCentimeters: Double(number),
            containsLung: true,
            reason: "",
            flags: [],
            crop: nil
        )
    }

    private static func known(_ recent: RecentLungs) -> [Int] {
        (0..<100).filter { recent[Self.digest($0)] == Self.lungs($0) }
    }

    @Test("the last ones stay, the oldest goes; one that comes again keeps its place")
    func bound() {
        let recent = RecentLungs(maximum: 3)
        for number in [0, 1, 2, 0, 3] { recent.keep(Self.lungs(number), of: Self.digest(number)) }
        #expect(Self.known(recent) == [1, 2, 3])
        for number in 10..<60 { recent.keep(Self.lungs(number), of: Self.digest(number)) }
        #expect(Self.known(recent) == [57, 58, 59])
    }

    @Test("what is forgotten is gone and may come again; none are kept where none may be")
    func forgetting() {
        let recent = RecentLungs(maximum: 3)
        for number in 0..<3 { recent.keep(Self.lungs(number), of: Self.digest(number)) }
        recent.forget(Self.digest(1))
        recent.forget(Self.digest(99))
        #expect(Self.known(recent) == [0, 2])
        recent.keep(Self.lungs(1), of: Self.digest(1))
        #expect(Self.known(recent).contains(1) && Self.known(recent).count <= 3)
        for number in 20..<23 { recent.keep(Self.lungs(number), of: Self.digest(number)) }
        #expect(Self.known(recent) == [20, 21, 22])
        let none = RecentLungs(maximum: 0)
        none.keep(Self.lungs(1), of: Self.digest(1))
        #expect(Self.known(none).isEmpty)
    }
}
