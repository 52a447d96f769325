import Glibc
import Learning
import LinearAlgebra
import Testing

@Suite("Blur before the comparison")
struct GaussianBlurTests {
    @Test("each pixel takes Gaussian shares, zeros beyond the edge, and only of the channel asked for")
    func sharesAgree() {
        var generator = SeededGenerator(seed: 51)
        // Narrower than the blur along one axis, wider along the other.
        let shape = SampledShape(channels: 2, height: 7, width: 20)
        let values = (0..<2 * shape.count).map { _ in generator.normal() }
        var images = ImageBatch(count: 2, shape: shape, values: values)
        GaussianBlur(sigma: 1.5).blur(&images, channel: 0)
        func share(_ distance: Int) -> Double {
            // Three standard deviations and one pixel more are 5.5 pixels.
            abs(distance) <= 5 ? exp(-Double(distance * distance) / 4.5) : 0
        }
        func shares(_ size: Int) -> [[Double]] {
            let rows = (0..<size).map { here in (0..<size).map { share($0 - here) } }
            let largest = rows.map { $0.reduce(0, +) }.max() ?? 1
            return rows.map { row in row.map { $0 / largest } }
        }
        let (down, across) = (shares(7), shares(20))
        for item in 0..<2 {
            let other = images.range(of: item, channel: 1)
            #expect(images.values[other] == values[other])
            let start = images.range(of: item, channel: 0).lowerBound
            for row in 0..<7 {
                for column in 0..<20 {
                    var sum = 0.0
                    for (y, weight) in down[row].enumerated() {
                        for (x, other) in across[column].enumerated() {
                            sum += weight * other * Double(values[start + y * 20 + x])
                        }
                    }
                    #expect(abs(Double(images.values[start + row * 20 + column]) - sum) < 1e-5)
                }
            }
        }
    }

    @Test("the middle of a constant image stays, its edges become darker")
    func constant() {
        let shape = SampledShape(channels: 1, height: 32, width: 32)
        var images = ImageBatch(count: 1, shape: shape, values: [Float](repeating: 1, count: shape.count))
        GaussianBlur(sigma: 1.5).blur(&images, channel: 0)
        #expect(abs(images.values[16 * 32 + 16] - 1) < 1e-5)
        #expect(images.values[16 * 32] < 0.7)
        #expect(images.values[0] < images.values[16 * 32])
    }
}
