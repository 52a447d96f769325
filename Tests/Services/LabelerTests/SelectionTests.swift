import Labeling
import Lungs
import TestKit
import Testing
import Wire

@testable import LabelerCore

/// What a data set takes of many slices and pairs, and how crops are kept.
@Suite("Selection")
struct SelectionTests {
    @Test("crops are read as they were written, and damaged ones are refused")
    func cropBytes() throws {
        var random = SplitMix64(seed: 3)
        let count = LungCrop.side * LungCrop.side
        func half(_ value: Double) -> Float { Float(Float16(value)) }
        let image = (0..<count).map { _ in half(Double.random(in: 0...1, using: &random)) }
        let left = (0..<count).map { $0 % 128 < 50 ? half(1) : half(0) }
        let right = (0..<count).map { $0 % 128 == 90 ? half(Double.random(in: 0...1, using: &random)) : 0 }
        let crop = try #require(LungCrop(image: image, left: left, right: right))
        let bytes = CropBytes.encode(crop)
        #expect(bytes.count < 2 * count + 4_000)
        #expect(CropBytes.decode(bytes) == crop)
        #expect(CropBytes.decode(Array(bytes.dropLast())) == nil)
        #expect(CropBytes.decode(bytes + [0]) == nil)
        #expect(CropBytes.decode([]) == nil)
        // A run of no pixels would never end.
        var endless = bytes
        endless[2 * count] = 0
        endless[2 * count + 1] = 0
        #expect(CropBytes.decode(endless) == nil)
    }
}
