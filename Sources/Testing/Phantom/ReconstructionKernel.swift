private import Glibc

/// How the scanner turns rays into a picture: a soft one is smooth, a sharp one shows edges and noise.
package enum PhantomKernel: String, Sendable, CaseIterable {
    /// Smooth, for soft tissue.
    case soft = "STANDARD"
    /// Crisp and noisy, for lungs and bones.
    case sharp = "LUNG"

    /// Standard deviation of the blur, millimeters.
    private var blurMillimeters: Double { self == .soft ? 0.72 : 0.42 }
    /// Share of the difference from a wider blur that is added.
    private var sharpening: Float { self == .soft ? 0 : 0.55 }
    /// Noise in the middle of the chest in a slice of 1.25 mm, Hounsfield units.
    private var noiseHounsfield: Double { self == .soft ? 15 : 42 }

    /// Blurs or sharpens a slice and adds its noise.
    ///
    /// - Parameters:
    ///   - image: (size, size) Hounsfield units.
    ///   - dose: factor of the noise at each row and at each column; their product counts.
    /// - Returns: (size, size), rounded, within -1024...3071.
    func reconstruct(
        _ image: [Float],
        frame: PictureFrame,
        thicknessMillimeters: Double,
        dose: (rows: [Float], columns: [Float]),
        noiseSeed: UInt64
    ) -> [Int16] {
        let size = frame.size
        let perPixel = frame.millimetersPerPixel
        let picture = self.shaped(image, size: size, blur: self.blurMillimeters / perPixel)
        let grain = self.shaped(
            Self.whiteNoise(count: image.count, seed: noiseSeed),
            size: size,
            blur: (self == .soft ? 0.8 : 0.45) / perPixel
        )
        let level = self.noiseHounsfield * (1.25 / max(thicknessMillimeters, 0.3)).squareRoot()
        let scale = Float(max(level, 4)) / Self.deviation(of: grain)
        let radius = Float(size) / 2
        var values = [Int16](repeating: -1024, count: image.count)
        for row in 0..<size {
            let y = Float(row) + 0.5 - radius
            let width = max(radius * radius - y * y, 0).squareRoot()
            // Outside of the scanner's circle nothing was measured.
            let columns = Int((radius - width).rounded(.up))..<Int(radius + width)
            let here = scale * dose.rows[row]
            for column in columns {
                let index = row * size + column
                let value = picture[index] + here * (0.35 + dose.columns[column]) * grain[index]
                values[index] = Int16(min(max(value.rounded(), -1024), 3071))
            }
        }
        return values
    }

    private func shaped(_ image: [Float], size: Int, blur: Double) -> [Float] {
        let narrow = blurred(image, size: size, deviation: blur)
        guard self.sharpening > 0 else { return narrow }
        let wide = blurred(narrow, size: size, deviation: blur * 1.6)
        var result = narrow
        for index in result.indices {
            result[index] += self.sharpening * (narrow[index] - wide[index])
        }
        return result
    }

    private static func deviation(of noise: [Float]) -> Float {
        var sum: Float = 0
        var count: Float = 0
        for index in stride(from: 0, to: noise.count, by: 7) {
            sum += noise[index] * noise[index]
            count += 1
        }
        return max((sum / max(count, 1)).squareRoot(), 1e-6)
    }

    /// Nearly normal: each number is the sum of four even ones, which one draw of 64 bits gives.
    private static func whiteNoise(count: Int, seed: UInt64) -> [Float] {
        let start = SeededRandom.mixed(seed)
        return unsafe Array(unsafeUninitializedCapacity: count) { buffer, filled in
            var state = start
            for index in 0..<count {
                state &+= 0x9E37_79B9_7F4A_7C15
                let bits = SeededRandom.mixed(state)
                let sum =
                    Int32(bits & 0xFFFF) &+ Int32((bits >> 16) & 0xFFFF)
                    &+ Int32((bits >> 32) & 0xFFFF) &+ Int32(bits >> 48)
                // SAFETY: index runs below the capacity asked for.
                unsafe buffer.initializeElement(at: index, to: Float(sum &- 131_070) * (1 / 37_837))
            }
            filled = count
        }
    }
}

/// A Gaussian blur along rows, then along columns; the border repeats.
func blurred(_ image: [Float], size: Int, deviation: Double) -> [Float] {
    guard deviation > 0.15 else { return image }
    let reach = max(1, Int((2.6 * deviation).rounded(.up)))
    var weights = (0...reach).map { Float(exp(-0.5 * pow(Double($0) / deviation, 2))) }
    let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    weights = weights.map { $0 / sum }
    var rows = image
    for row in 0..<size {
        let start = row * size
        var line = [Float](repeating: image[start], count: size + 2 * reach)
        for column in 0..<size { line[reach + column] = image[start + column] }
        for column in 0..<reach { line[reach + size + column] = image[start + size - 1] }
        for column in 0..<size {
            var value = weights[0] * line[reach + column]
            for tap in 1...reach {
                value += weights[tap] * (line[reach + column - tap] + line[reach + column + tap])
            }
            rows[start + column] = value
        }
    }
    var result = rows
    for row in 0..<size {
        let start = row * size
        for column in 0..<size { result[start + column] = weights[0] * rows[start + column] }
        for tap in 1...reach {
            let above = max(row - tap, 0) * size
            let below = min(row + tap, size - 1) * size
            let weight = weights[tap]
            for column in 0..<size {
                result[start + column] += weight * (rows[above + column] + rows[below + column])
            }
        }
    }
    return result
}
