extension RGBImage {
    /// The picture at another size: each axis by area where it shrinks, linearly where it grows.
    ///
    /// - Parameters:
    ///   - width: columns of the result; below 1 is taken as 1.
    ///   - height: rows of the result; below 1 is taken as 1.
    package func resized(width: Int, height: Int) -> RGBImage {
        let (newWidth, newHeight) = (max(width, 1), max(height, 1))
        guard newWidth != self.width || newHeight != self.height else { return self }
        let columns = AxisWeights(from: self.width, to: newWidth)
        let rows = AxisWeights(from: self.height, to: newHeight)

        // Along the rows first: (self.height x newWidth x 3).
        var narrowed = [Float](repeating: 0, count: self.height * newWidth * 3)
        for y in 0..<self.height {
            for x in 0..<newWidth {
                let target = (y * newWidth + x) * 3
                for (source, weight) in columns.taps[x] {
                    let from = (y * self.width + source) * 3
                    narrowed[target] += weight * Float(self.pixels[from])
                    narrowed[target + 1] += weight * Float(self.pixels[from + 1])
                    narrowed[target + 2] += weight * Float(self.pixels[from + 2])
                }
            }
        }
        var result = [UInt8](repeating: 0, count: newHeight * newWidth * 3)
        var line = [Float](repeating: 0, count: newWidth * 3)
        for y in 0..<newHeight {
            for index in line.indices { line[index] = 0.5 }
            for (source, weight) in rows.taps[y] {
                let from = source * newWidth * 3
                for index in line.indices { line[index] += weight * narrowed[from + index] }
            }
            for index in line.indices {
                result[y * newWidth * 3 + index] = UInt8(min(max(line[index], 0), 255))
            }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: result) ?? self
    }

    /// The largest size with the picture's proportions that fits into a square.
    package func fitted(side: Int) -> RGBImage {
        let scale = Double(max(side, 1)) / Double(max(self.width, self.height))
        return self.resized(
            width: Int((Double(self.width) * scale).rounded()),
            height: Int((Double(self.height) * scale).rounded())
        )
    }
}

/// For each position of a new axis: which old positions it is made of, and how much of each; the shares sum
/// to 1.
private struct AxisWeights {
    let taps: [[(Int, Float)]]

    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        self.taps = (0..<new).map { position in
            guard scale > 1 else {
                let center = min(max((Double(position) + 0.5) * scale - 0.5, 0), Double(old - 1))
                let first = Int(center)
                let share = Float(center - Double(first))
                return share > 0 ? [(first, 1 - share), (first + 1, share)] : [(first, Float(1))]
            }
            let (low, high) = (Double(position) * scale, Double(position + 1) * scale)
            return (Int(low)..<min(Int(high.rounded(.up)), old)).map { source in
                let covered = min(high, Double(source + 1)) - max(low, Double(source))
                return (source, Float(covered / scale))
            }
        }
    }
}
