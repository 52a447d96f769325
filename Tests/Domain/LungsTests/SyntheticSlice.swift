import Tomography

/// A drawn body: ellipses of one density each, later ones over earlier ones.
struct SyntheticSlice {
    var rows = 512
    var columns = 512
    var millimeters = 0.7
    var background: Int16 = -1000
    var ellipses: [Ellipse] = []

    /// An ellipse in pixels of the slice.
    struct Ellipse {
        var x: Double
        var y: Double
        var radiusX: Double
        var radiusY: Double
        var hounsfield: Int16
    }

    static let body = Ellipse(x: 256, y: 256, radiusX: 220, radiusY: 150, hounsfield: 40)
    static let leftLung = Ellipse(x: 150, y: 256, radiusX: 70, radiusY: 100, hounsfield: -820)
    static let rightLung = Ellipse(x: 362, y: 256, radiusX: 70, radiusY: 100, hounsfield: -820)
    static let trachea = Ellipse(x: 256, y: 230, radiusX: 12, radiusY: 12, hounsfield: -990)

    /// A body with two lungs that do not touch.
    static let chest = SyntheticSlice(ellipses: [body, leftLung, rightLung])

    /// Everything moved by whole pixels.
    func moved(x: Int, y: Int) -> SyntheticSlice {
        var moved = self
        for index in ellipses.indices {
            moved.ellipses[index].x += Double(x)
            moved.ellipses[index].y += Double(y)
        }
        return moved
    }

    /// The slice in Hounsfield units.
    var slice: CTSlice? {
        let spacing = PixelSpacing(rowMillimeters: millimeters, columnMillimeters: millimeters)
        return CTSlice(rows: rows, columns: columns, scale: .hounsfield, spacing: spacing, values: values)
    }

    /// The slice as a picture in the lung window -1350...150.
    var picture: CTSlice? {
        let grey = values.map { Int16(min(max((Double($0) + 1350) / 1500 * 255, 0), 255)) }
        return CTSlice(rows: rows, columns: columns, scale: .grey8, spacing: nil, values: grey)
    }

    private var values: [Int16] {
        var values = [Int16](repeating: background, count: rows * columns)
        for ellipse in ellipses {
            for y in 0..<rows {
                let v = (Double(y) - ellipse.y) / ellipse.radiusY
                for x in 0..<columns {
                    let u = (Double(x) - ellipse.x) / ellipse.radiusX
                    if u * u + v * v <= 1 { values[y * columns + x] = ellipse.hounsfield }
                }
            }
        }
        return values
    }
}
