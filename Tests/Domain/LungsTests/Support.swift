import ImageCodecs
import Tomography

@testable import Lungs

extension Plane {
    /// (rows x columns): 0 or 1 for each pixel.
    var pixels: [UInt8] {
        (0..<rows).flatMap { y in (0..<columns).map { x in self[y, x] ? UInt8(1) : 0 } }
    }

    /// Makes a plane of 0 and 1, row-major.
    init(rows: Int, columns: Int, pixels: [UInt8]) {
        self.init(rows: rows, columns: columns)
        for (place, pixel) in pixels.enumerated() where pixel == 1 {
            self[place / columns, place % columns] = true
        }
    }
}

extension Components {
    /// The components of a plane.
    init(of plane: Plane, value: Bool = true) {
        self.init()
        find(in: plane, value: value)
    }
}

/// Decodes a file's bytes.
func decodedSlice(_ bytes: [UInt8]) throws -> CTSlice? {
    let object = try decodeObject(bytes)
    return CTSlice(
        rows: object.rows,
        columns: object.columns,
        scale: object.scale == .grey8 ? .grey8 : .hounsfield,
        spacing: object.spacing.map {
            PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        },
        values: object.values
    )
}

/// How well two masks agree: twice what both hold, against what each holds. 1 when both are empty.
///
/// - Parameters:
///   - count: number of pixels of both.
///   - a: whether a pixel belongs to the first mask; nil: it is not counted.
///   - b: the same of the second mask.
func dice(_ count: Int, _ a: (Int) -> Bool?, _ b: (Int) -> Bool) -> Double {
    var (both, sum) = (0, 0)
    for place in 0..<count {
        guard let first = a(place) else { continue }
        let second = b(place)
        both += first && second ? 1 : 0
        sum += (first ? 1 : 0) + (second ? 1 : 0)
    }
    return sum == 0 ? 1 : 2 * Double(both) / Double(sum)
}

extension LungMask {
    /// The label at a pixel of the slice from which the 2 x 2 mean was taken.
    func label(ofSlicePixel place: Int, columns sliceColumns: Int) -> UInt8 {
        let (y, x) = (place / sliceColumns / 2, place % sliceColumns / 2)
        return y < rows && x < columns ? labels[y * columns + x] : 0
    }
}

/// A mask of one byte a pixel, as slow twins take it.
struct Raster {
    let rows: Int
    let columns: Int
    /// (rows x columns), row-major: 0 or 1.
    let pixels: [UInt8]

    init(_ plane: Plane) {
        rows = plane.rows
        columns = plane.columns
        pixels = plane.pixels
    }
}

extension Plane {
    /// What a change makes of a copy.
    func changed(_ change: (inout Morphology, inout Plane) -> Void) -> Plane {
        var (morphology, plane) = (Morphology(), self)
        change(&morphology, &plane)
        return plane
    }
}
