package import LinearAlgebra
package import Lungs
import Orientation

/// What the outline and detail encoders see of one slice: computed of a crop, or of a changed view of one while training.
///
/// A view is three planes (128 x 128) behind one another: grey values 0...1, left lung, right lung 0...1.
package enum EncoderInputs {
    /// Shape of a view.
    package static let viewShape = SampledShape(channels: 3, height: side, width: side)
    /// Numbers of the features that `features` writes: orientation maps (8, 64, 64).
    static let featureCount = orientationCount * DetailEncoder.mapSide * DetailEncoder.mapSide

    private static let side = LungCrop.side
    private static let plane = side * side

    // All inputs about 0 and about as large as 1.
    private static let (imageCenter, imageScale): (Float, Float) = (0.3, 2)
    private static let (mapScale, mapShift): (Float, Float) = (2, 0.5)
    /// Length of the skip: its 512 numbers beside the last block's 1,536, which are not of unit length.
    private static let skipLength: Float = 10

    /// A crop as a view.
    package static func view(_ crop: LungCrop) -> [Float] { crop.image + crop.left + crop.right }

    /// Writes (2, 64, 64): left and right lung, -1 outside to 1 inside.
    static func writeMasks(_ view: Span<Float>, into row: inout MutableSpan<Float>) {
        // Both masks as one plane of twice the height.
        writeCellMeans(
            into: &row,
            plane: view.extracting(plane..<3 * plane),
            height: 2 * side,
            width: side,
            cell: 2
        )
        for index in 0..<row.count { row[index] = row[index] * 2 - 1 }
    }

    /// Writes (3, 128, 128): grey values in the lungs' row hull, then left and right lung.
    static func writeImage(_ view: Span<Float>, into row: inout MutableSpan<Float>) {
        for y in 0..<side {
            let line = y * side..<(y + 1) * side
            var shown = row._mutatingExtracting(line)
            writeLine(
                grey: view.extracting(line),
                left: view.extracting(plane + line.lowerBound..<plane + line.upperBound),
                right: view.extracting(2 * plane + line.lowerBound..<2 * plane + line.upperBound),
                into: &shown
            )
        }
        let masks = view.extracting(plane..<3 * plane)
        var shown = row._mutatingExtracting(plane..<3 * plane)
        precondition(shown.count == masks.count, "not two masks")
        for index in 0..<masks.count { shown[index] = masks[index] }
    }

    /// Writes one line of the image, (128).
    private static func writeLine(
        grey: Span<Float>,
        left: Span<Float>,
        right: Span<Float>,
        into line: inout MutableSpan<Float>
    ) {
        let count = line.count
        precondition(grey.count == count && left.count == count && right.count == count, "not of one length")
        var (first, end) = (0, count)
        while first < count, left[first] + right[first] <= 0.5 { first += 1 }
        while end > first, left[end - 1] + right[end - 1] <= 0.5 { end -= 1 }
        for x in 0..<count {
            let share = min(max(left[x] + right[x], 0), 1)
            line[x] = (grey[x] * share - imageCenter) * imageScale
        }
        // Between the outermost pixels of a row that are more than half lung everything is seen: what lies between the
        // lungs, and dense tissue inside them.
        for x in first..<end { line[x] = (grey[x] - imageCenter) * imageScale }
    }

    /// Writes the orientation maps (8, 64, 64) of the whole image, 0 to about 1.5: relative to the gradients nearby, so
    /// that contrast does not count.
    static func writeFeatures(_ view: Span<Float>, into row: inout MutableSpan<Float>) {
        let half = DetailEncoder.mapSide
        var means = [Float](repeating: 0, count: half * half)
        var span = means.mutableSpan
        writeCellMeans(into: &span, plane: view.extracting(0..<plane), height: side, width: side, cell: 2)
        writeOrientationMaps(into: &row, image: means.span, side: half, cell: 1, epsilon: 0.05, window: 15)
    }

    /// Writes (8, 64, 64): the orientation maps, -0.5 to about 2.5.
    static func writeMaps(_ features: Span<Float>, into row: inout MutableSpan<Float>) {
        for index in 0..<features.count { row[index] = features[index] * mapScale - mapShift }
    }

    /// Writes (8 x 8 x 8): the maps' means in cells, map by map, of length 10; zero for a flat image.
    static func writeSkip(_ features: Span<Float>, into row: inout MutableSpan<Float>) {
        // All maps as one plane of eight times the height.
        let side = DetailEncoder.mapSide
        let cell = side / DetailEncoder.skipSide
        writeCellMeans(into: &row, plane: features, height: orientationCount * side, width: side, cell: cell)
        var square: Float = 0
        for index in 0..<row.count { square += row[index] * row[index] }
        let factor = skipLength / max(square.squareRoot(), 1e-12)
        for index in 0..<row.count { row[index] *= factor }
    }
}
