import Learning
import Lesions
import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

@Suite("Lesions of the density stage")
struct DrawnLesionsTests {
    private static let count = 6
    private static let batches = 30
    /// The only slice beside itself.
    private static let row = BatchRow(0, 0)
    private let lesions: DrawnLesions
    private let view: [Float]

    init() throws {
        view = EncoderInputs.view(try madeUpCrop(level: 0.8, seed: 1))
        lesions = Self.lesions(seed: 3, view)
    }

    private static func lesions(seed: UInt64, _ views: [Float]...) -> DrawnLesions {
        DrawnLesions(seed: seed, areas: views.map { LungArea(of: $0) }, count: count)
    }

    private func shown(_ role: DrawnLesions.Role, batch: Int, anchor: Int, by lesions: DrawnLesions? = nil)
        -> [Float]
    {
        var changed = view
        let place = ViewPlace(batch: batch, row: role.rawValue * Self.count + anchor)
        (lesions ?? self.lesions).apply(to: &changed, at: place, of: Self.row)
        return changed
    }

    /// Middle of what became denser, and by how much in all.
    private func change(_ changed: [Float]) -> (row: Double, column: Double, weight: Double) {
        var (row, column, weight) = (0.0, 0.0, 0.0)
        for index in 0..<LungCrop.side * LungCrop.side {
            let more = Double(changed[index] - view[index])
            row += more * Double(index / LungCrop.side)
            column += more * Double(index % LungCrop.side)
            weight += more
        }
        return (row / weight, column / weight, weight)
    }

    private var places: [(batch: Int, anchor: Int)] {
        (0..<Self.batches).flatMap { batch in (0..<Self.count).map { (batch, $0) } }
    }

    @Test("are the same for the same place and seed, and others for another")
    func repeated() {
        for role in DrawnLesions.Role.allCases {
            let first = shown(role, batch: 5, anchor: 2)
            #expect(first == shown(role, batch: 5, anchor: 2))
            guard role == .elsewhere else { continue }
            // This row always has a lesion.
            #expect(first != shown(role, batch: 5, anchor: 3))
            #expect(first != shown(role, batch: 6, anchor: 2))
            #expect(first != shown(role, batch: 5, anchor: 2, by: Self.lesions(seed: 4, view)))
        }
    }

    @Test("leave the row without and all masks untouched")
    func untouched() {
        let plane = LungCrop.side * LungCrop.side
        for (batch, anchor) in places {
            #expect(shown(.without, batch: batch, anchor: anchor) == view)
            for role in DrawnLesions.Role.allCases {
                #expect(shown(role, batch: batch, anchor: anchor)[plane...] == view[plane...])
            }
        }
    }

    @Test("are in about 0.8 of the anchors, and there where it is said")
    func share() {
        var found = 0
        for (batch, anchor) in places {
            let has = lesions.hasLesion(Self.row, batch: batch, anchor: anchor)
            #expect((shown(.anchor, batch: batch, anchor: anchor) != view) == has)
            #expect((shown(.positive, batch: batch, anchor: anchor) != view) == has)
            #expect(shown(.elsewhere, batch: batch, anchor: anchor) != view)
            found += has ? 1 : 0
        }
        // 180 draws: three standard deviations.
        #expect(abs(Double(found) / Double(places.count) - 0.8) < 0.09)
    }

    @Test("of anchor and positive lie near one another and are alike, and elsewhere is far")
    func nearness() {
        var (near, sizes): ([Double], [Double]) = ([], [])
        for (batch, anchor) in places where lesions.hasLesion(Self.row, batch: batch, anchor: anchor) {
            let here = change(shown(.anchor, batch: batch, anchor: anchor))
            let again = change(shown(.positive, batch: batch, anchor: anchor))
            let there = change(shown(.elsewhere, batch: batch, anchor: anchor))
            func apart(_ other: (row: Double, column: Double, weight: Double)) -> Double {
                let (down, across) = (here.row - other.row, here.column - other.column)
                return (down * down + across * across).squareRoot()
            }
            near.append(apart(again))
            sizes.append(again.weight / here.weight)
            // Drawn at least 20 pixels away; what lies outside the lung or in tissue already dense moves the middle.
            #expect(apart(there) > 12)
        }
        near.sort()
        sizes.sort()
        // Two pixels along each axis: 2.35 in the middle of the distances.
        #expect((1...4).contains(near[near.count / 2]) && near[near.count - 1] < 10)
        #expect((0.8...1.25).contains(sizes[sizes.count / 2]))
    }

    @Test("are put into no slice with hardly a lung")
    func noLung() {
        let empty =
            [Float](repeating: 0.5, count: LungCrop.side * LungCrop.side)
            + [Float](repeating: 0, count: 2 * LungCrop.side * LungCrop.side)
        // Beside a slice with lungs: what is lung in one of both only does not count.
        let lesions = Self.lesions(seed: 3, empty, view)
        for role in DrawnLesions.Role.allCases {
            var changed = empty
            let place = ViewPlace(batch: 0, row: role.rawValue * Self.count)
            lesions.apply(to: &changed, at: place, of: BatchRow(0, 1))
            #expect(changed == empty)
        }
        #expect(!lesions.hasLesion(BatchRow(0, 1), batch: 0, anchor: 0))
    }
}
