private import Glibc
private import Lungs

/// How dense a lesion is.
package enum LesionTexture: Sendable, Equatable {
    /// Soft tissue: the grey value 0.93 (about 23 HU), or what was there where that is denser.
    case solid
    /// Ground glass: moves the grey value so far toward 1; 0 none of the way, 1 all of it.
    case groundGlass(strength: Float)

    /// Grey value of a solid lesion.
    package static let solidGrey: Float = 0.93

    /// The grey value of a pixel of which a share is lesion.
    ///
    /// - Parameters:
    ///   - grey: the pixel without lesion, 0...1.
    ///   - share: 0...1.
    func grey(_ grey: Float, share: Float) -> Float {
        switch self {
        case .solid: max(grey, share * Self.solidGrey + (1 - share) * grey)
        case .groundGlass(let strength): grey + share * strength * (1 - grey)
        }
    }
}

/// A round patch with a soft edge: of which lesions are made.
struct SoftDisc: Sendable, Equatable {
    var row: Float
    var column: Float
    var radius: Float

    /// Width of the edge, pixels.
    static let edgePixels: Float = 0.8
    /// So far outside the radius the share is 5e-5 and less, which the rounding to half precision swallows.
    static let reachPixels: Float = 8

    /// How far a pixel lies outside the radius, pixels; inside it is negative.
    func outside(row: Int, column: Int) -> Float {
        let (down, across) = (Float(row) - self.row, Float(column) - self.column)
        return (down * down + across * across).squareRoot() - self.radius
    }

    /// The share of a pixel that is lesion: ½ at the radius, falling like the logistic function.
    func share(row: Int, column: Int) -> Float { Self.share(outside: self.outside(row: row, column: column)) }

    /// The same by how far the pixel lies outside.
    static func share(outside pixels: Float) -> Float { 1 / (1 + expf(pixels / Self.edgePixels)) }

    /// The rows and columns within reach that lie in the crop.
    var reach: (rows: Range<Int>, columns: Range<Int>) {
        (self.bounds(self.row), self.bounds(self.column))
    }

    private func bounds(_ center: Float) -> Range<Int> {
        let side = Float(LungCrop.side)
        let reach = self.radius + Self.reachPixels
        // Clamped before the conversion: a place far outside must not overflow.
        let first = min(max((center - reach).rounded(.up), 0), side)
        let end = min(max((center + reach).rounded(.down) + 1, first), side)
        return Int(first)..<Int(end)
    }
}
