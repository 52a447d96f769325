import Lesions
import LinearAlgebra
import Lungs
import RealSlices
import TestKit
import Testing

@testable import WSSENet

/// A lesion is put into one of two equal slices: only there may they disagree.
///
/// The network is as it is before a training: where two slices differ must not depend on what it learned.
@Suite("A lesion in the map of agreement")
struct LesionAgreementTests {
    private static let lesions: [(radius: Float, texture: LesionTexture)] = [
        (4, .solid), (6, .solid), (7, .groundGlass(strength: 0.4)),
    ]

    @Test("made-up lungs: its cell agrees least, cells away from it as before", arguments: [UInt64(1), 2, 3])
    func madeUp(seed: UInt64) throws {
        let embedder = try SliceEmbedder(try madeUpModel(), threadCount: 1)
        var generator = SeededGenerator(seed: seed)
        try Self.check(try madeUpCrop(level: 0.6, seed: seed), with: embedder, &generator)
    }

    @Test(
        "real lungs: the same",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
    )
    func real() throws {
        let embedder = try SliceEmbedder(try madeUpModel(), threadCount: 1)
        var generator = SeededGenerator(seed: 5)
        let slices = try RealSlices(limit: 24).slices
        #expect(slices.count == 24)
        for index in stride(from: 0, to: slices.count, by: 4) {
            try Self.check(slices[index].crop, with: embedder, &generator)
        }
    }

    private static func check(
        _ crop: LungCrop,
        with embedder: SliceEmbedder,
        _ generator: inout SeededGenerator
    ) throws {
        for lesion in lesions {
            let place = try #require(
                LesionPlaces(in: lungPixels(of: crop), apart: 20, generator: &generator)
            ).here
            let other = InsertedLesion(at: place, radius: lesion.radius, texture: lesion.texture).applied(
                to: crop
            )
            let found = try embedder.agreement(of: crop, and: other)
            let lung = found.cells.indices.filter { found.lungShares[$0] > 0 }
            let least = try #require(lung.min { found.cells[$0] < found.cells[$1] })
            #expect(distance(of: least, from: place) <= 1, "\(lesion) at \(place), least at \(least)")
            #expect(found.cells[least] < 0.85, "\(lesion) at \(place)")
            // Radius, edge and what a cell sees: 7 + 4 + 8 pixels and the half of a cell.
            for cell in lung where distance(of: cell, from: place) >= 4 {
                #expect(found.cells[cell] > 0.99, "\(lesion) at \(place), cell \(cell)")
            }
        }
    }

    /// How many cells a cell lies away from the one that holds a place.
    private static func distance(of cell: Int, from place: LesionPlace) -> Int {
        let side = DetailAgreement.side
        let pixels = LungCrop.side / side
        return max(abs(cell / side - place.row / pixels), abs(cell % side - place.column / pixels))
    }
}
