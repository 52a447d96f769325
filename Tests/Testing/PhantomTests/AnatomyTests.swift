import Phantom
import Testing

@Suite("Anatomy of a phantom")
struct AnatomyTests {
    private let imaging = PhantomImaging(size: 256, millimetersPerPixel: 1.64, thicknessMillimeters: 2)

    @Test("the same seed gives the same bytes, in any order of slices")
    func isRepeatable() {
        let lesion = PhantomLesion(kind: .groundGlass, side: .left, level: 0.5, radiusMillimeters: 12)
        let first = PhantomPatient(seed: 11, lesions: [lesion])
        let second = PhantomPatient(seed: 11, lesions: [lesion])
        _ = second.slice(z: second.z(level: 0.2), imaging: self.imaging)
        let z = first.z(level: 0.5)
        let (one, other) = (
            first.slice(z: z, imaging: self.imaging), second.slice(z: z, imaging: self.imaging)
        )
        #expect(one.values == other.values)
        #expect(one.truth == other.truth)
        #expect(!one.truth.lesions.isEmpty)
    }

    @Test("another seed, noise or kernel gives other pictures; only another seed gives another outline")
    func differs() {
        let patient = PhantomPatient(seed: 1)
        let z = patient.z(level: 0.5)
        let base = patient.slice(z: z, imaging: self.imaging)
        var (noisy, sharp) = (self.imaging, self.imaging)
        noisy.noiseSeed = 2
        sharp.kernel = .sharp
        for other in [noisy, sharp].map({ patient.slice(z: z, imaging: $0) }) {
            #expect(other.values != base.values)
            #expect(other.truth.lungs == base.truth.lungs)
        }
        let stranger = PhantomPatient(seed: 2).slice(z: z, imaging: self.imaging)
        let changed = zip(stranger.truth.lungs, base.truth.lungs).filter { $0 != $1 }.count
        #expect(changed > 1000)
    }

    @Test(
        "the lungs' area over the level rises from the apex, peaks in the middle, falls to the base",
        arguments: 1...8
    )
    func areaFollowsLevel(seed: UInt64) {
        let patient = PhantomPatient(seed: seed)
        func area(_ level: Double) -> Double {
            patient.slice(z: patient.z(level: level), imaging: self.imaging).truth.lungAreaSquareCentimeters
        }
        let areas = [0.02, 0.1, 0.2, 0.35, 0.5, 0.8, 0.9, 0.97].map(area)
        #expect(areas[0] > 5 && areas[0] < areas[1] && areas[1] < areas[2] && areas[2] < areas[3])
        #expect((130...330).contains(areas[4]))
        #expect(areas[4] > areas[5] && areas[5] > areas[6] && areas[6] > areas[7])
        #expect(area(-0.05) == 0)
        #expect(area(1.05) == 0)
    }

    @Test("both lungs lie on their own side of the picture, and the heart narrows the left one")
    func sides() {
        let patient = PhantomPatient(seed: 5)
        func counts(_ level: Double) -> (right: Int, left: Int) {
            let slice = patient.slice(z: patient.z(level: level), imaging: self.imaging)
            var counts = (right: 0, left: 0)
            for (index, label) in slice.truth.lungs.enumerated() where label > 0 {
                let isOnTheLeft = index % slice.size < slice.size / 2 + 12
                if label == 1 { counts.right += 1 } else { counts.left += 1 }
                if label == 1 { #expect(isOnTheLeft) }
            }
            return counts
        }
        let (carina, heart) = (counts(0.37), counts(0.66))
        #expect(carina.right > 500 && carina.left > 500)
        let narrowing =
            Double(heart.left) / Double(heart.right) / (Double(carina.left) / Double(carina.right))
        #expect(narrowing < 0.92)
    }

    @Test("pictures of other sizes show the same patient")
    func sizes() {
        let patient = PhantomPatient(seed: 3)
        let z = patient.z(level: 0.4)
        let small = patient.slice(z: z, imaging: PhantomImaging(size: 128, millimetersPerPixel: 3.28))
        let large = patient.slice(z: z, imaging: PhantomImaging(size: 384, millimetersPerPixel: 3.28 / 3))
        #expect(small.values.count == 128 * 128)
        #expect(large.values.count == 384 * 384)
        let ratio = small.truth.lungAreaSquareCentimeters / large.truth.lungAreaSquareCentimeters
        #expect(abs(ratio - 1) < 0.03)
    }
}
