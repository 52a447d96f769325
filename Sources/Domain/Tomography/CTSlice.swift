/// The distance between the centers of neighboring pixels, in millimeters.
package struct PixelSpacing: Hashable, Sendable {
    /// Millimeters from one row to the next (along a column).
    package let rowMillimeters: Double
    /// Millimeters from one column to the next (along a row).
    package let columnMillimeters: Double

    /// Makes a spacing from the two distances, rows first as in DICOM's Pixel Spacing (0028,0030).
    package init(rowMillimeters: Double, columnMillimeters: Double) {
        self.rowMillimeters = rowMillimeters
        self.columnMillimeters = columnMillimeters
    }

    /// Whether both distances are finite and lie in 0.01...20 mm; anything else cannot be a CT of a body.
    package var isPlausible: Bool {
        let range = 0.01...20.0
        return range.contains(rowMillimeters) && range.contains(columnMillimeters)
    }
}

/// What the numbers of a slice mean.
package enum IntensityScale: UInt8, Sendable {
    /// Hounsfield units: -1000 is air, 0 is water.
    case hounsfield = 0
    /// An 8-bit picture in a lung window, 0...255: no Hounsfield units, spacing unknown.
    case grey8 = 1
}

/// One axial slice: rows x columns numbers and what they mean.
package struct CTSlice: Sendable, Equatable {
    /// Number of rows, at least 1.
    package let rows: Int
    /// Number of columns, at least 1.
    package let columns: Int
    /// What `values` mean.
    package let scale: IntensityScale
    /// Distance between pixels; nil where it is unknown, as in pictures.
    package let spacing: PixelSpacing?
    /// (rows x columns), row-major, in the units of `scale`. Not clipped.
    package let values: [Int16]

    /// Makes a slice. Nil when a side is not positive, when the number of values is not rows x columns, or
    /// when the spacing is not plausible.
    package init?(rows: Int, columns: Int, scale: IntensityScale, spacing: PixelSpacing?, values: [Int16]) {
        guard rows > 0, columns > 0 else { return nil }
        let (count, overflows) = rows.multipliedReportingOverflow(by: columns)
        guard !overflows, values.count == count, spacing?.isPlausible ?? true else { return nil }
        self.rows = rows
        self.columns = columns
        self.scale = scale
        self.spacing = spacing
        self.values = values
    }
}
