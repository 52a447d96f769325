import Rendering

/// Where two slices agree, as colors over the gray values of the first: red the same, blue something else.
struct AgreementPicture {
    /// A square of cells, -1...1.
    let agreement: [Float]
    /// How much of each cell is lung in both slices, 0...1.
    let lungShares: [Float]
    /// Gray values, a square.
    let image: [UInt8]

    private static let agrees = RGBColor(255, 64, 48)
    private static let disagrees = RGBColor(56, 112, 255)
    /// How much of a pixel is color at most, so that the vessels stay to be seen.
    private static let opacity: Float = 0.62

    /// The picture with its legend below.
    ///
    /// - Parameter side: pixels of the square.
    /// - Throws: `CommandLineFailure` when map and image are no squares.
    func drawn(side: Int) throws -> RGBImage {
        let cells = Self.squareSide(self.agreement.count)
        let pixels = Self.squareSide(self.image.count)
        guard cells > 0, pixels > 0, self.lungShares.count == self.agreement.count,
            let gray = RGBImage(width: pixels, height: pixels, pixels: self.image.flatMap { Self.lifted($0) })
        else {
            throw CommandLineFailure("the map of agreement has no square of cells over a square of pixels")
        }
        var picture = gray.resized(width: side, height: side)
        for y in 0..<side {
            for x in 0..<side {
                let sample = self.sample(x: x, y: y, of: side, cells: cells)
                let (color, strength) = Self.color(of: sample.value)
                picture.mix(color, share: Self.opacity * strength * sample.share, atX: x, y: y)
            }
        }
        Self.drawLegend(on: &picture)
        return picture
    }

    /// 0 and less, nothing in common, is blue; ½ has no color; 1 is red.
    private static func color(of value: Float) -> (color: RGBColor, strength: Float) {
        let turned = min(max(value * 2 - 1, -1), 1)
        return (turned > 0 ? self.agrees : self.disagrees, abs(turned))
    }

    /// Agreement and share of lung between the middles of the cells.
    private func sample(x: Int, y: Int, of side: Int, cells: Int) -> (value: Float, share: Float) {
        func place(_ pixel: Int) -> (low: Int, high: Int, part: Float) {
            let position = (Float(pixel) + 0.5) * Float(cells) / Float(side) - 0.5
            let bounded = min(max(position, 0), Float(cells - 1))
            return (Int(bounded), min(Int(bounded) + 1, cells - 1), bounded - Float(Int(bounded)))
        }
        let (row, column) = (place(y), place(x))
        var (sum, share): (Float, Float) = (0, 0)
        for (line, down) in [(row.low, 1 - row.part), (row.high, row.part)] {
            for (cell, across) in [(column.low, 1 - column.part), (column.high, column.part)] {
                let index = line * cells + cell
                let weight = down * across * min(max(self.lungShares[index], 0), 1)
                sum += weight * min(max(self.agreement[index], -1), 1)
                share += weight
            }
        }
        return (share > 0 ? sum / share : 0, share)
    }

    private static func drawLegend(on picture: inout RGBImage) {
        let style = TextStyle.caption
        let (left, right) = ("differs 0", "1 agrees")
        let width = picture.width / 3
        let top = picture.height - style.lineHeight - 5
        let start = (picture.width - width) / 2
        // What lies outside the lungs is mostly white: the words need a ground of their own.
        picture.fill(x: 0, y: top - 3, width: picture.width, height: picture.height - top + 3, .panel)
        for x in 0..<width {
            let (color, strength) = Self.color(of: Float(x) / Float(max(width - 1, 1)))
            for y in 0..<style.lineHeight - 5 {
                picture.mix(.panel, share: 1, atX: start + x, y: top + y + 2)
                picture.mix(color, share: strength, atX: start + x, y: top + y + 2)
            }
        }
        picture.drawText(left, x: start - style.width(of: left) - 6, y: top, style: style)
        picture.drawText(right, x: start + width + 6, y: top, style: style)
    }

    /// A gray value for the screen: the square root lifts the vessels out of the dark of the lung.
    private static func lifted(_ gray: UInt8) -> [UInt8] {
        let value = UInt8((Float(gray) / 255).squareRoot() * 255)
        return [value, value, value]
    }

    /// The side of a square of so many, 0 where there is none.
    private static func squareSide(_ count: Int) -> Int {
        let side = Int(Double(count).squareRoot().rounded())
        return side * side == count ? side : 0
    }
}
