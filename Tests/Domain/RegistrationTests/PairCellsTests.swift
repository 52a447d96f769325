import Lungs
import Orientation
import Testing

@testable import Registration

@Suite("What is compared in cells")
struct PairCellsTests {
    private let crops = Array(PhantomCrops.training.prefix(12))

    private func measures(_ crops: [LungCrop], _ pairs: [PairMeasurer.Pair]) throws -> [PairMeasures] {
        try PairMeasurer(
            model: nil,
            slices: crops.map { RegistrationSlice($0) },
            threadCount: 1,
            reference: DensityReference(self.crops.map { RegistrationSlice($0) })
        ).measures(of: pairs)
    }

    /// Against the vectors of `Orientation`, in double precision.
    @Test("agrees with label vectors and density cells")
    func twin() throws {
        let orientations = crops.map { unit(labelVector(of: $0).map(Double.init)) }
        let densities = crops.map { densityCells(of: $0) }
        let reference = densities[0].values.indices.map { cell in
            densities.reduce(0.0) { $0 + Double($1.values[cell] * $1.share[cell]) }
                / (densities.reduce(0.0) { $0 + Double($1.share[cell]) } + 1e-3)
        }
        let differences = densities.map { cells in
            cells.values.indices.map {
                (Double(cells.values[$0]) - reference[$0]) * Double(cells.share[$0])
            }
        }
        let pairs: [PairMeasurer.Pair] = [(0, 1), (3, 8), (11, 2), (5, 5)]
        for (found, pair) in zip(try measures(crops, pairs), pairs) {
            let (a, b) = (pair.moving, pair.fixed)
            #expect(abs(Double(found.orientation) - dot(orientations[a], orientations[b])) < 1e-4)
            #expect(abs(Double(found.density) - dot(unit(differences[a]), unit(differences[b]))) < 1e-3)
        }
    }

    @Test("a nodule at the same place in two patients makes their densities alike")
    func nodules() throws {
        let (first, second) = (crops[2], crops[7])
        let here = try [with(nodule: (64, 34), first), with(nodule: (64, 34), second)].map {
            try #require($0)
        }
        let there = try #require(with(nodule: (60, 96), second))
        let found = try measures([here[0], here[1], there, second], [(0, 1), (0, 2), (0, 3)])
        #expect(found[0].density > found[1].density + 0.1)
        #expect(found[0].density > found[2].density + 0.1)
    }

    @Test("a flat image is like nothing")
    func flat() throws {
        let zeros = [Float](repeating: 0, count: LungCrop.side * LungCrop.side)
        let blank = try #require(LungCrop(image: zeros, left: zeros, right: zeros))
        for found in try measures([blank, crops[0]], [(0, 1), (1, 0), (0, 0)]) {
            for value in [found.orientation, found.density] { #expect(abs(value) <= 1) }
            #expect(found.orientation == 0 && found.density == 0)
        }
    }

    /// A bright disc of 8 pixels' radius in the lung.
    private func with(nodule center: (row: Int, column: Int), _ crop: LungCrop) -> LungCrop? {
        var image = crop.image
        for place in image.indices {
            let (row, column) = place.quotientAndRemainder(dividingBy: LungCrop.side)
            let (down, across) = (row - center.row, column - center.column)
            if down * down + across * across <= 64 { image[place] = 0.9 }
        }
        return LungCrop(image: image, left: crop.left, right: crop.right)
    }

    private func unit(_ vector: [Double]) -> [Double] {
        let length = dot(vector, vector).squareRoot()
        return vector.map { $0 / length }
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
