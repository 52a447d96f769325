private import Glibc

/// Where a slice lies in the patient's coordinate system (DICOM: x to the left, y to the back, z to the
/// head), in millimeters.
package struct SlicePose: Sendable, Equatable {
    /// Center of the first pixel, millimeters.
    package let position: SIMD3<Double>
    /// Unit vector along a row: the direction in which the column index grows.
    package let rowDirection: SIMD3<Double>
    /// Unit vector along a column: the direction in which the row index grows.
    package let columnDirection: SIMD3<Double>

    /// Makes a pose from Image Position (0020,0032) and Image Orientation (0020,0037). Nil when a number is
    /// not finite or when the directions are not two perpendicular unit vectors (within 1 %).
    package init?(position: SIMD3<Double>, rowDirection: SIMD3<Double>, columnDirection: SIMD3<Double>) {
        let tolerance = 0.01
        guard Self.isFinite(position), Self.isFinite(rowDirection), Self.isFinite(columnDirection),
            abs(Self.dot(rowDirection, rowDirection) - 1) < tolerance,
            abs(Self.dot(columnDirection, columnDirection) - 1) < tolerance,
            abs(Self.dot(rowDirection, columnDirection)) < tolerance
        else { return nil }
        self.position = position
        self.rowDirection = rowDirection
        self.columnDirection = columnDirection
    }

    /// Unit normal of the slice, turned so that it points toward the head (z not negative).
    package var normal: SIMD3<Double> {
        let (r, c) = (rowDirection, columnDirection)
        let cross = SIMD3(r.y * c.z - r.z * c.y, r.z * c.x - r.x * c.z, r.x * c.y - r.y * c.x)
        let length = Self.dot(cross, cross).squareRoot()
        return cross / (cross.z < 0 ? -length : length)
    }

    /// Height of the slice along its normal, millimeters; it grows toward the head.
    package var offsetMillimeters: Double { Self.dot(position, normal) }

    /// Whether the normal lies within the given angle of the body's long axis. A tilted gantry (up to 30
    /// degrees) is still axial; a coronal or sagittal reformat is not.
    package func isAxial(withinDegrees degrees: Double) -> Bool {
        // The normal has unit length, so z is the cosine of the angle.
        normal.z >= cos(degrees * .pi / 180)
    }

    private static func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

    private static func isFinite(_ v: SIMD3<Double>) -> Bool { v.x.isFinite && v.y.isFinite && v.z.isFinite }
}
