import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

@Suite("Slices to learn from")
struct TrainingSetTests {
    @Test("are kept as they are")
    func views() throws {
        let crops = try (0..<3).map { try madeUpCrop(level: Float($0) / 2, seed: UInt64($0)) }
        let labels = Matrix(rows: 3, columns: 3)
        let set = TrainingSet(
            crops: crops,
            patients: [[1], [1], [2]],
            outline: labels,
            detail: labels,
            density: labels
        )
        #expect(set.count == 3)
        for (number, crop) in crops.enumerated() { #expect(set.view(number) == EncoderInputs.view(crop)) }
    }

    private static func set(patients: Int, rows: Int, columns: Int) throws {
        let crop = try madeUpCrop(level: 0, seed: 0)
        let (right, other) = (Matrix(rows: 2, columns: 2), Matrix(rows: rows, columns: columns))
        _ = TrainingSet(
            crops: [crop, crop],
            patients: [[UInt8]](repeating: [1], count: patients),
            outline: right,
            detail: right,
            density: other
        )
    }

    @Test("are refused without a patient for each")
    func patients() async {
        await #expect(processExitsWith: .failure) { try Self.set(patients: 1, rows: 2, columns: 2) }
    }

    @Test("are refused with labels of other slices")
    func labels() async {
        await #expect(processExitsWith: .failure) { try Self.set(patients: 2, rows: 2, columns: 3) }
        await #expect(processExitsWith: .failure) { try Self.set(patients: 2, rows: 3, columns: 2) }
        await #expect(processExitsWith: .success) { try Self.set(patients: 2, rows: 2, columns: 2) }
    }
}
