import Lungs
import Orientation
import TestKit
import Testing

/// The prototype's values of six CT slices and two pictures, computed from the same crops.
@Suite("Orientation against the prototype", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct OrientationGoldenTests {
    private func crop(_ golden: GoldenArrays) throws -> LungCrop {
        let planes = try golden.floats("crop_float16")
        let count = LungCrop.side * LungCrop.side
        return try #require(
            LungCrop(
                image: Array(planes[..<count]),
                left: Array(planes[count..<2 * count]),
                right: Array(planes[(2 * count)...])
            )
        )
    }

    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? .infinity : .infinity
    }

    @Test("HOG is scikit-image's", arguments: 0..<8)
    func hog(slice: Int) throws {
        let golden = try SharedData.golden("slice\(slice).npz")
        let vector = hogVector(of: try crop(golden))
        // The golden values were rounded to single precision: 6e-8 of numbers up to 1; sums differ in order.
        #expect(largestDifference(vector, try golden.floats("hog")) < 3e-7)
    }

    @Test("label vectors are the prototype's", arguments: 0..<8)
    func labels(slice: Int) throws {
        let golden = try SharedData.golden("slice\(slice).npz")
        let vector = labelVector(of: try crop(golden))
        // Single precision throughout, on both sides; values up to 2.
        #expect(largestDifference(vector, try golden.floats("label_orientation_vector")) < 5e-6)
    }

    @Test("network maps are the prototype's", arguments: 0..<8)
    func networkMaps(slice: Int) throws {
        let golden = try SharedData.golden("slice\(slice).npz")
        let half = cellMeans(of: try crop(golden).image, side: 128, cell: 2)
        let maps = orientationMaps(image: half, side: 64, cell: 1, epsilon: 0.05, window: 15)
        #expect(largestDifference(maps, try golden.floats("network_orientation_maps")) < 1e-5)
    }

    @Test("mask planes are the prototype's 32 x 32 means", arguments: 0..<8)
    func maskPlanes(slice: Int) throws {
        let golden = try SharedData.golden("slice\(slice).npz")
        let crop = try crop(golden)
        let planes = try golden.floats("label_planes")
        let left = cellMeans(of: crop.left, side: 128, cell: 4)
        let right = cellMeans(of: crop.right, side: 128, cell: 4)
        #expect(largestDifference(left + right, Array(planes[..<(2 * 32 * 32)])) < 1e-6)
    }
}
