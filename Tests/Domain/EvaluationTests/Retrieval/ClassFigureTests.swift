import Evaluation
import LinearAlgebra
import Lungs
import Testing

@Suite("Class precision and near-duplicates")
struct ClassFigureTests {
    /// A crop of 32 x 32 random cells, of which a share is drawn anew.
    private func crop(_ seed: UInt64, number: Float, changed: Double = 0, gain: Float = 1) throws -> LungCrop
    {
        var (generator, change) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed, stream: 9))
        var cells = (0..<1_024).map { _ in Float(generator.unit()) }
        for cell in cells.indices where change.unit() < changed { cells[cell] = Float(change.unit()) }
        let side = LungCrop.side
        var image = (0..<side * side).map { pixel in
            0.1 + gain * 0.8 * cells[pixel / side / 4 * 32 + pixel % side / 4]
        }
        image[0] = number
        let plane = [Float](repeating: 0.5, count: side * side)
        guard let crop = LungCrop(image: image, left: plane, right: plane) else { throw NoCrop() }
        return crop
    }

    private func slice(_ crop: LungCrop, patient: String, label: String?) -> EvaluationSlice {
        EvaluationSlice(crop: crop, patient: patient, series: "s", offsetMillimeters: 0, label: label)
    }

    @Test("copies are found whatever their brightness; other pictures and half-changed ones are none")
    func duplicates() throws {
        let set = EvaluationSet([
            slice(try crop(1, number: 0), patient: "a", label: nil),
            slice(try crop(1, number: 0.3, changed: 0.01, gain: 0.7), patient: "b", label: nil),
            slice(try crop(1, number: 0, changed: 0.2), patient: "c", label: nil),
            slice(try crop(2, number: 0), patient: "d", label: nil),
        ])
        let found = NearDuplicates(among: set)
        #expect(found.contains(0, 1) && found.contains(1, 0))
        #expect(!found.contains(0, 2) && !found.contains(0, 3))
    }

    @Test("by hand: near-duplicates and slices without a class are left out, own ones are not searched")
    func byHand() throws {
        let set = EvaluationSet([
            slice(try crop(1, number: 1.0), patient: "a", label: "x"),
            slice(try crop(2, number: 1.01), patient: "a", label: "x"),
            // A copy of the first query in another patient, of the same class: it would be the first hit.
            slice(try crop(1, number: 1.02), patient: "b", label: "x"),
            slice(try crop(3, number: 1.1), patient: "b", label: nil),
            slice(try crop(4, number: 1.2), patient: "b", label: "y"),
            slice(try crop(5, number: 1.3), patient: "c", label: "x"),
        ])
        let trial = DescriptorTrial(set, lesions: [])
        let found = try trial.figures(of: [.byNumber], leavingOut: "a")[0]
        // First query: y, x. Second: x, y, x.
        #expect(found[.classFirst]?.patients[0].values == [0, 1])
        #expect(found[.classFive]?.patients[0].values == [0.5, 2.0 / 3])
        #expect(found[.classPrecision]?.patients[0].values == [0.5, (1 + 2.0 / 3) / 2])
    }

    @Test("a query whose class nobody else has is without value")
    func alone() throws {
        let set = EvaluationSet([
            slice(try crop(1, number: 1.0), patient: "a", label: "z"),
            slice(try crop(2, number: 1.0), patient: "b", label: "y"),
        ])
        let found = try DescriptorTrial(set, lesions: []).figures(of: [.byNumber], leavingOut: "a")[0]
        #expect(found[.classFirst]?.patients[0].values == [nil])
        #expect(found[.classPrecision]?.mean == nil)
    }
}
