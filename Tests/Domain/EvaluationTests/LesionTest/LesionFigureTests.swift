import Evaluation
import Lungs
import Testing

@Suite("Positions of lesions")
struct LesionFigureTests {
    private let set = MadeUpPhantoms.set

    @Test("triplets: middle slices, partners of the same level in other patients, the same for the same seed")
    func triplets() throws {
        let found = LesionTriplets(self.set, patient: "p2", seed: 4).triplets
        let slices = self.set.slices
        #expect(Set(found.map(\.query)).count == 6)
        for triplet in found {
            let (query, partner) = (slices[triplet.query], slices[triplet.partner])
            #expect(query.patient == "p2" && partner.patient != "p2")
            let (a, b) = (try #require(query.level), try #require(partner.level))
            #expect(a > 0.2 && a < 0.85 && abs(a - b) < 0.05)
        }
        #expect(Set(found.map { [$0.query, $0.partner] }).count == found.count)
        #expect(LesionTriplets(self.set, patient: "p2", seed: 4).triplets == found)
        #expect(LesionTriplets(self.set, patient: "p2", seed: 5).triplets != found)
    }

    @Test("never with a patient whose levels cannot be trusted")
    func unleveled() {
        let set = EvaluationSet(self.set.slices, unleveledPatients: ["p1"])
        let found = LesionTriplets(set, patient: "p2").triplets
        #expect(!found.isEmpty && found.allSatisfy { set.slices[$0.partner].patient == "p3" })
        #expect(LesionTriplets(set, patient: "p1").triplets.isEmpty)
    }

    @Test(
        "the crops differ from their slices where the lesion is, and only there",
        arguments: LesionKind.standard
    )
    func crops(kind: LesionKind) throws {
        let triplets = LesionTriplets(self.set, patient: "p1")
        let crops = triplets.crops(kind, of: self.set)
        for (index, triplet) in triplets.triplets.enumerated() {
            let partner = self.set.slices[triplet.partner].crop
            let query = changed(self.set.slices[triplet.query].crop, crops.queries[index])
            let same = changed(partner, crops.same[index])
            let elsewhere = changed(partner, crops.elsewhere[index])
            #expect(query.distance(to: same) < 12 && query.distance(to: elsewhere) > 20)
            #expect(crops.same[index].left == partner.left && crops.same[index].right == partner.right)
        }
    }

    /// The center of what became denser.
    private func changed(_ before: LungCrop, _ after: LungCrop) -> Center {
        var (weight, row, column) = (0.0, 0.0, 0.0)
        for pixel in before.image.indices {
            let change = Double(after.image[pixel] - before.image[pixel])
            weight += change
            row += change * Double(pixel / LungCrop.side)
            column += change * Double(pixel % LungCrop.side)
        }
        return Center(row: row / weight, column: column / weight)
    }

    private struct Center {
        let row: Double
        let column: Double

        func distance(to other: Center) -> Double {
            let (down, across) = (self.row - other.row, self.column - other.column)
            return (down * down + across * across).squareRoot()
        }
    }

    @Test("who sees grey values finds the place, who sees masks alone gets what chance would")
    func figures() throws {
        let methods = [Descriptor.pixels(), .masks()]
        let kinds: [LesionKind] = [.solid(radius: 5), .consolidation(radius: 12)]
        let trial = DescriptorTrial(self.set, lesions: kinds)
        let found = try trial.figures(of: methods, leavingOut: "p1")
        for kind in kinds {
            for figure in [Figure.lesionAboveElsewhere(kind), .lesionAboveNone(kind)] {
                #expect(try #require(found[0][figure]?.mean) > 0.8, "\(figure.name)")
                #expect(found[1][figure]?.patients.first?.values.allSatisfy { $0 == 0.5 } == true)
            }
        }
        #expect(found[0][.lesionAboveNone(kinds[0])]?.patients[0].values.count == 6)
    }
}
