/// Where the lungs lie in a slice, on the grid on which they were found: the 2 x 2 mean of a slice in
/// Hounsfield units, or a picture shrunk to a long side of 256.
package struct LungMask: Sendable, Equatable {
    /// Number of rows of the mask's grid.
    package let rows: Int
    /// Number of columns of the mask's grid.
    package let columns: Int
    /// (rows x columns), row-major: 0 nothing, 1 the lung on the left of the image (the patient's right), 2
    /// the lung on its right. Always sides of the image.
    package let labels: [UInt8]
    /// Side of a mask pixel, millimeters; nil where the spacing is unknown.
    package let millimetersPerPixel: Double?

    /// Makes a mask. Nil when the number of labels is not rows x columns, or when a label is not 0, 1 or 2.
    package init?(rows: Int, columns: Int, labels: [UInt8], millimetersPerPixel: Double?) {
        guard rows >= 0, columns >= 0 else { return nil }
        let (count, overflows) = rows.multipliedReportingOverflow(by: columns)
        guard !overflows, labels.count == count, labels.allSatisfy({ $0 <= 2 }) else { return nil }
        self.rows = rows
        self.columns = columns
        self.labels = labels
        self.millimetersPerPixel = millimetersPerPixel
    }

    /// A mask whose labels are known to fit.
    init(_ labels: [UInt8], rows: Int, columns: Int, millimetersPerPixel: Double?) {
        precondition(labels.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.labels = labels
        self.millimetersPerPixel = millimetersPerPixel
    }

    /// A mask without lungs.
    package init(emptyWithRows rows: Int, columns: Int, millimetersPerPixel: Double?) {
        self.rows = rows
        self.columns = columns
        self.labels = [UInt8](repeating: 0, count: rows * columns)
        self.millimetersPerPixel = millimetersPerPixel
    }

    /// The same grid with other labels that fit.
    func replacing(_ labels: [UInt8]) -> LungMask {
        LungMask(labels, rows: rows, columns: columns, millimetersPerPixel: millimetersPerPixel)
    }

    /// Number of pixels of the lung on the left and of the lung on the right of the image.
    package var pixelCounts: (left: Int, right: Int) {
        // Label 1 adds 1 to the sum, label 2 adds 2, so two plain sums tell them apart.
        var (marked, sum) = (UInt32(0), UInt32(0))
        for label in labels {
            marked &+= label == 0 ? 0 : 1
            sum &+= UInt32(label)
        }
        return (Int(2 * marked - sum), Int(sum - marked))
    }
}
