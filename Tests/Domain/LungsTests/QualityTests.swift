import TestKit
import Testing
import Tomography

@testable import Lungs

/// The masks against true ones. The figures are what was measured, a little rounded down: who makes them
/// worse should know.
@Suite("quality on real data", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct QualityTests {
    /// A slice of LUNG1-002, and the true mask drawn for radiotherapy: 1 left lung, 2 right lung, 4 tumor,
    /// added up.
    private struct Drawn {
        let slice: CTSlice
        let truth: [Int16]

        /// In five slices the left lung was not drawn at all, though it is there.
        var lacksLung: Bool {
            let counts = [1, 2].map { bit in truth.count { Int($0) & bit > 0 } }
            return counts[0] < counts[1] / 10 || counts[1] < counts[0] / 10
        }

        func isLung(_ place: Int) -> Bool { truth[place] & 3 > 0 }
        func isTumor(_ place: Int) -> Bool { truth[place] & 4 > 0 }
    }

    private func drawn() throws -> [Drawn] {
        try SharedData.files(in: "masks/LUNG1-002", suffix: ".png").compactMap { path in
            let name = path.split(separator: "/").last.map { $0.dropLast(4) } ?? ""
            let slice = try #require(
                try decodedSlice(try SharedData.bytes("ct/LUNG1-002/series/\(name).dcm"))
            )
            let truth = try #require(try decodedSlice(try fileBytes(path))).values
            return truth.contains { $0 & 3 > 0 } ? Drawn(slice: slice, truth: truth) : nil
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    @Test("LUNG1-002: Dice with the tumor and without it")
    func radiotherapy() throws {
        let drawn = try drawn()
        #expect(drawn.count == 71)
        #expect(drawn.count { $0.lacksLung } == 5)
        var (all, whole, outside, sides) = ([Double](), [Double](), [Double](), [Double]())
        for item in drawn {
            let mask = LungSegmenter().segment(item.slice).mask
            let (count, columns) = (item.truth.count, item.slice.columns)
            func label(_ place: Int) -> UInt8 { mask.label(ofSlicePixel: place, columns: columns) }
            let besideTumor = dice(
                count,
                { item.isTumor($0) ? nil : label($0) > 0 },
                { item.isLung($0) }
            )
            all.append(besideTumor)
            guard !item.lacksLung else { continue }
            outside.append(besideTumor)
            whole.append(dice(count, { label($0) > 0 }, { item.isLung($0) }))
            for (ours, theirs) in [(1, 2), (2, 1)] as [(UInt8, Int16)] {
                sides.append(
                    dice(
                        count,
                        { item.isTumor($0) ? nil : label($0) == ours },
                        { item.truth[$0] & theirs > 0 }
                    )
                )
            }
        }
        #expect(mean(all) > 0.928)
        #expect(mean(whole) > 0.953)
        #expect(mean(outside) > 0.955)
        #expect(outside.min() ?? 0 > 0.85)
        #expect(mean(sides) > 0.953)
    }

    @Test("pictures: Dice of flexunet's eight")
    func pictures() throws {
        let found = try SharedData.files(in: "slices2d/flexunet/images", suffix: ".png").map { path in
            let slice = try #require(try decodedSlice(try fileBytes(path)))
            let name = path.split(separator: "/").last ?? ""
            let truth = try #require(
                try decodedSlice(try SharedData.bytes("slices2d/flexunet/masks/\(name)"))
            )
            let mask = LungSegmenter().segment(slice).mask
            return dice(
                truth.values.count,
                { place in
                    let (y, x) = (place / truth.columns, place % truth.columns)
                    let row = min(y * mask.rows / truth.rows, mask.rows - 1)
                    return mask.labels[row * mask.columns + x * mask.columns / truth.columns] > 0
                },
                { truth.values[$0] > 127 }
            )
        }
        #expect(found.count == 8)
        // In one of them the parenchyma is thresholded away.
        #expect(found.count { $0 >= 0.95 } >= 7)
        #expect(found.min() ?? 0 > 0.9)
    }

    @Test("every CT slice: whether it contains lung")
    func verdicts() throws {
        let paths = try SharedData.files(in: "ct", suffix: ".dcm")
        #expect(paths.count == LungTruth.lung.count + LungTruth.little.count + LungTruth.none.count)
        for (number, path) in paths.enumerated() {
            let bytes = try fileBytes(path)
            let name = String(sha256(bytes).prefix(12))
            let found = LungSegmenter().segment(try #require(try decodedSlice(bytes)))
            let isKnown = LungTruth.little.contains(name) || LungTruth.none.contains(name)
            #expect(found.containsLung == LungTruth.lung.contains(name), "file \(number)")
            #expect(found.containsLung != isKnown, "file \(number)")
        }
        #expect(sha256(Array("abc".utf8)).hasPrefix("ba7816bf8f01cfea414140de5dae2223"))
    }
}
