import Phantom
import Testing

@Suite("Lesions of a phantom")
struct LesionTests {
    private let imaging = PhantomImaging()

    private func meanAround(_ section: LesionSection, share: Double, in slice: PhantomSlice) -> Double {
        let reach = section.radiusMillimeters * share / slice.millimetersPerPixel
        var (sum, count) = (0.0, 0.0)
        for (index, value) in slice.values.enumerated() {
            let arm = SIMD2(Double(index % slice.size), Double(index / slice.size)) - section.centerPixel
            if (arm * arm).sum() <= reach * reach {
                sum += Double(value)
                count += 1
            }
        }
        return sum / count
    }

    @Test(
        "a lesion is where the truth says, and is of its kind",
        arguments: PhantomLesion.Kind.allCases,
        LungSide.allCases
    )
    func isAtItsPlace(kind: PhantomLesion.Kind, side: LungSide) throws {
        let lesion = PhantomLesion(kind: kind, side: side, level: 0.35, radiusMillimeters: 12, seed: 3)
        let healthy = PhantomPatient(seed: 21)
        let ill = PhantomPatient(seed: 21, lesions: [lesion])
        let placed = try #require(ill.lesions.first)
        #expect(abs(ill.level(z: placed.center.z) - 0.35) < 0.01)
        let after = ill.slice(z: placed.center.z, imaging: self.imaging)
        let before = healthy.slice(z: placed.center.z, imaging: self.imaging)
        let section = try #require(after.truth.lesions.first)
        #expect(abs(section.radiusMillimeters - 12) < 0.01)
        let index = Int(section.centerPixel.y.rounded()) * after.size + Int(section.centerPixel.x.rounded())
        #expect(after.truth.lungs[index] == side.rawValue)

        let (old, new) = (
            self.meanAround(section, share: 0.6, in: before), self.meanAround(section, share: 0.6, in: after)
        )
        switch kind {
        case .solidNodule: #expect((-20...60).contains(new))
        case .groundGlass: #expect((200...400).contains(new - old))
        case .consolidation: #expect((-160...60).contains(new))
        }
        // Outside of the lesion nothing has changed, vessels included.
        let reach = 12 * 1.5 / after.millimetersPerPixel
        let changed = after.values.indices.filter { after.values[$0] != before.values[$0] }
        #expect(!changed.isEmpty)
        #expect(
            changed.allSatisfy { index in
                let arm = SIMD2(Double(index % after.size), Double(index / after.size)) - section.centerPixel
                return (arm * arm).sum().squareRoot() < reach + 4
            }
        )
    }

    @Test("a lesion's cut shrinks away from its middle and ends at its radius")
    func shrinks() throws {
        let lesion = PhantomLesion(kind: .solidNodule, side: .right, level: 0.5, radiusMillimeters: 10)
        let patient = PhantomPatient(seed: 4, lesions: [lesion])
        let center = try #require(patient.lesions.first).center
        let imaging = PhantomImaging(size: 128, millimetersPerPixel: 3.3)
        let near = try #require(patient.slice(z: center.z + 6, imaging: imaging).truth.lesions.first)
        #expect(abs(near.radiusMillimeters - 8) < 1e-9)
        #expect(patient.slice(z: center.z + 10.5, imaging: imaging).truth.lesions.isEmpty)
    }

    @Test("another seed of a lesion, another place at the same level")
    func movesWithSeed() throws {
        let centers = try (0..<4).map { seed in
            let lesion = PhantomLesion(
                kind: .solidNodule,
                side: .left,
                level: 0.45,
                radiusMillimeters: 6,
                seed: UInt64(seed)
            )
            return try #require(PhantomPatient(seed: 4, lesions: [lesion]).lesions.first).center
        }
        #expect(Set(centers.map { $0.x }).count == 4)
        #expect(centers.allSatisfy { $0.x > 0 })
    }

    @Test("a lesion for which there is no room is left out")
    func noRoom() {
        let huge = PhantomLesion(kind: .consolidation, side: .left, level: 0.99, radiusMillimeters: 400)
        #expect(PhantomPatient(seed: 1, lesions: [huge]).lesions.isEmpty)
    }
}
