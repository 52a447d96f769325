import Phantom
import Testing

@Suite("Hounsfield units of a phantom")
struct HounsfieldTests {
    private let imaging = PhantomImaging()

    private func mean(_ slice: PhantomSlice, _ choose: (Int) -> Bool) -> (mean: Double, deviation: Double) {
        let chosen = slice.values.indices.filter(choose).map { Double(slice.values[$0]) }
        let mean = chosen.reduce(0, +) / Double(chosen.count)
        let squares = chosen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(chosen.count)).squareRoot())
    }

    /// Values around a place, millimeters.
    private func around(
        _ place: SIMD3<Double>,
        radius: Double,
        in patient: PhantomPatient,
        _ slice: PhantomSlice
    ) -> (mean: Double, deviation: Double) {
        let center = patient.pixel(of: place, imaging: self.imaging)
        return self.mean(slice) { index in
            let arm = SIMD2(Double(index % slice.size), Double(index / slice.size)) - center
            return (arm * arm).sum().squareRoot() * slice.millimetersPerPixel < radius
        }
    }

    @Test("lung tissue is near -860, denser at the back", arguments: [UInt64(1), 4, 9])
    func lung(seed: UInt64) {
        let patient = PhantomPatient(seed: seed)
        let slice = patient.slice(z: patient.z(level: 0.3), imaging: self.imaging)
        let lungs = slice.truth.lungs
        // Without vessels: the median.
        let values = lungs.indices.filter { lungs[$0] > 0 }
        let middle = patient.pixel(of: SIMD3(0, 0, 0), imaging: self.imaging).y
        func median(_ isFront: Bool) -> Int16 {
            let half = values.filter { (Double($0 / slice.size) < middle) == isFront }.map {
                slice.values[$0]
            }
            return half.sorted()[half.count / 2]
        }
        #expect((-930 ... -800).contains(median(true)))
        #expect((-900 ... -770).contains(median(false)))
        #expect(median(false) > median(true) + 15)
    }

    @Test("heart, liver and room air have their values; the table lies below")
    func organs() {
        let patient = PhantomPatient(seed: 2)
        let heart = patient.slice(z: patient.z(level: 0.7), imaging: self.imaging)
        #expect(
            abs(
                self.around(patient.place(x: 20, y: -25, level: 0.7), radius: 12, in: patient, heart).mean
                    - 46
            ) < 6
        )
        let liver = patient.slice(z: patient.z(level: 1.02), imaging: self.imaging)
        #expect(
            abs(
                self.around(patient.place(x: -60, y: 0, level: 1.02), radius: 12, in: patient, liver).mean
                    - 58
            ) < 6
        )
        let corner = self.mean(heart) {
            $0 % heart.size > 240 && $0 % heart.size < 272 && $0 / heart.size < 30 && $0 / heart.size > 4
        }
        #expect(abs(corner.mean + 1000) < 8)
        let below = heart.values.indices.filter { $0 / heart.size > 400 && $0 % heart.size == 256 }
        #expect(below.contains { heart.values[$0] > -700 })
    }

    @Test("bone, fat and muscle are all there")
    func tissues() {
        let patient = PhantomPatient(seed: 6)
        let slice = patient.slice(z: patient.z(level: 0.4), imaging: self.imaging)
        func share(_ range: ClosedRange<Int16>) -> Double {
            Double(slice.values.filter(range.contains).count) / Double(slice.values.count)
        }
        #expect((0.005...0.06).contains(share(300...1600)))
        #expect((0.02...0.3).contains(share(-140 ... -60)))
        #expect((0.04...0.3).contains(share(10...90)))
        #expect(slice.values.min() ?? 0 >= -1024)
        #expect(slice.values.max() ?? 0 <= 1600)
    }

    @Test("a soft kernel is smoother than a sharp one, a thick slice quieter than a thin one")
    func noise() {
        let patient = PhantomPatient(seed: 8)
        func deviation(_ kernel: PhantomKernel, _ thickness: Double) -> Double {
            let imaging = PhantomImaging(thicknessMillimeters: thickness, kernel: kernel)
            let z = patient.z(level: 0.7)
            let slice = patient.slice(z: z, imaging: imaging)
            return self.around(patient.place(x: 20, y: -25, level: 0.7), radius: 10, in: patient, slice)
                .deviation
        }
        let (soft, sharp, thick) = (deviation(.soft, 1.25), deviation(.sharp, 1.25), deviation(.soft, 5))
        #expect((8...22).contains(soft))
        #expect((28...60).contains(sharp))
        #expect(thick < 0.75 * soft)
    }

    @Test("neighboring noise of the soft kernel belongs together more than that of the sharp one")
    func texture() {
        let patient = PhantomPatient(seed: 8)
        func correlation(_ kernel: PhantomKernel) -> Double {
            let slice = patient.slice(z: patient.z(level: 0.7), imaging: PhantomImaging(kernel: kernel))
            let center = patient.pixel(
                of: patient.place(x: 20, y: -25, level: 0.7),
                imaging: PhantomImaging()
            )
            var (products, squares) = (0.0, 0.0)
            for row in (Int(center.y) - 14)...(Int(center.y) + 14) {
                for column in (Int(center.x) - 14)...(Int(center.x) + 14) {
                    let value = Double(slice.values[row * slice.size + column]) - 46
                    products += value * (Double(slice.values[row * slice.size + column + 1]) - 46)
                    squares += value * value
                }
            }
            return products / squares
        }
        #expect(correlation(.soft) > correlation(.sharp) + 0.15)
    }
}

extension PhantomPatient {
    fileprivate func place(x: Double, y: Double, level: Double) -> SIMD3<Double> {
        SIMD3(x, y, self.z(level: level))
    }
}
