import Evaluation
import LinearAlgebra
import Lungs
import Testing

@Suite("Descriptors")
struct DescriptorTests {
    @Test("vectors come out with unit length, a zero stays zero")
    func unitLength() throws {
        let method = Descriptor("m") { crops in crops.map { [3 * $0.image[0], 4 * $0.image[0]] } }
        let found = try method.unitVectors(of: [try flatCrop(2), try flatCrop(0)])
        #expect(found == Matrix(rows: 2, columns: 2, values: [0.6, 0.8, 0, 0]))
    }

    @Test("refuses what is not one finite vector of one length for each slice")
    func refuses() throws {
        let crops = [try flatCrop(1), try flatCrop(2)]
        let wrong: [[[Float]]] = [
            [[1, 2]], [[1, 2], [1]], [[1, 2], [.nan, 1]], [[1, 2], [.infinity, 1]],
        ]
        for vectors in wrong {
            #expect(throws: DescriptorError.self) {
                try Descriptor("m") { _ in vectors }.unitVectors(of: crops)
            }
        }
    }

    @Test("the cosine of joined ways is the weighted mean of theirs")
    func joined() throws {
        let one = Descriptor("one") { crops in crops.map { [1, $0.image[0]] } }
        let other = Descriptor("other") { crops in crops.map { [$0.image[0], 5, 1] } }
        let crops = [try flatCrop(0.5), try flatCrop(3)]
        func cosine(_ method: Descriptor) throws -> Float {
            let found = try method.unitVectors(of: crops)
            return zip(found.row(0), found.row(1)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let joined = try cosine(.joined("both", [(one, 0.3), (other, 0.7)]))
        let mean = try 0.3 * cosine(one) + 0.7 * cosine(other)
        #expect(abs(joined - mean) < 1e-6)
        // Weights that do not add up to 1 give the mean all the same.
        let doubled = try cosine(.joined("both", [(one, 0.6), (other, 1.4)]))
        #expect(abs(doubled - mean) < 1e-6)
    }

    @Test("a leak is refused: nobody is judged by a patient to whose slices it was fitted")
    func leak() throws {
        let set = EvaluationSet([
            try madeUp(0.1, patient: "a", level: 0.5), try madeUp(0.2, patient: "b", level: 0.5),
        ])
        let trial = DescriptorTrial(set, lesions: [])
        let leaky = Descriptor.pixels(fittedTo: FittingPool(of: set), count: 1)
        let clean = Descriptor.pixels(fittedTo: FittingPool(of: set, without: "a"), count: 1)
        #expect(throws: DescriptorError.self) { try trial.figures(of: [leaky], leavingOut: "a") }
        #expect(throws: DescriptorError.self) { try trial.figures(of: [clean], leavingOut: "b") }
        let joined = Descriptor.joined("j", [(clean, 0.5), (leaky, 0.5)])
        #expect(throws: DescriptorError.self) {
            try trial.figures(of: [joined.named("renamed")], leavingOut: "a")
        }
        #expect(try trial.figures(of: [clean], leavingOut: "a").count == 1)
    }
}
