import Lesions
import LinearAlgebra
import Lungs
import Testing

@Suite("Places of lesions")
struct LesionPlacesTests {
    @Test("lie in the lung, and far enough apart", arguments: [Float(20), 30])
    func apart(distance: Float) throws {
        let pixels = lungPixels(of: try madeUpCrop())
        let lung = Set(pixels)
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<200 {
            let places = try #require(LesionPlaces(in: pixels, apart: distance, generator: &generator))
            for place in [places.here, places.elsewhere] {
                #expect(lung.contains(place.row * LungCrop.side + place.column))
            }
            let down = Float(places.here.row - places.elsewhere.row)
            let across = Float(places.here.column - places.elsewhere.column)
            #expect((down * down + across * across).squareRoot() > distance)
        }
    }

    @Test("are nil under 150 pixels, or where nothing is far enough")
    func noRoom() {
        var generator = SeededGenerator(seed: 1)
        let strip = (0..<128).map { 40 * LungCrop.side + $0 }
        #expect(LesionPlaces(in: strip, apart: 5, generator: &generator) == nil)
        let block = (0..<150).map { ($0 / 15) * LungCrop.side + $0 % 15 }
        #expect(LesionPlaces(in: block, apart: 5, generator: &generator) != nil)
        #expect(LesionPlaces(in: Array(block.dropLast()), apart: 5, generator: &generator) == nil)
        #expect(LesionPlaces(in: block, apart: 20, generator: &generator) == nil)
    }

    @Test("reach every part of both lungs alike")
    func everywhere() throws {
        let pixels = lungPixels(of: try madeUpCrop())
        var generator = SeededGenerator(seed: 2)
        var inRight = 0
        for _ in 0..<2_000 {
            let places = try #require(LesionPlaces(in: pixels, apart: 30, generator: &generator))
            if places.here.column > 63 { inRight += 1 }
        }
        // Half of them, give or take four deviations.
        #expect((910...1_090).contains(inRight))
    }

    @Test("common lung: more than nine tenths of a pixel in both, whichever side it is on")
    func common() throws {
        let count = LungCrop.side * LungCrop.side
        var (left, right) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        (left[5], right[5]) = (0.5, 0.45)
        (left[6], right[6]) = (0.5, 0.4)
        left[7] = 1
        #expect(lungPixels(left: left.span, right: right.span) == [5, 7])
        let one = try #require(LungCrop(image: left, left: left, right: right))
        left[7] = 0.875
        let other = try #require(LungCrop(image: left, left: right, right: left))
        #expect(lungPixels(of: one, and: other) == [5])
    }
}
