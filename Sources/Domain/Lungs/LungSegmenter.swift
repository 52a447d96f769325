package import Tomography

/// Finds the lungs in one axial slice: in Hounsfield units, or in an 8-bit picture in a lung window.
package struct LungSegmenter: Sendable {
    /// Makes a segmenter; it has no settings and keeps nothing between slices.
    package init() {}

    /// The lungs of a slice and the verdict whether it can be used. Never fails: what cannot be segmented
    /// contains no lung, and the reason says why.
    package func segment(_ slice: CTSlice) -> LungSegmentation {
        switch slice.scale {
        case .hounsfield: segmentHounsfield(slice)
        case .grey8: segmentPicture(slice)
        }
    }

    private func segmentHounsfield(_ slice: CTSlice) -> LungSegmentation {
        let grid = MeanGrid(of: slice)
        let millimeters = MeanGrid.millimeters(of: slice)
        let known = slice.spacing == nil ? nil : millimeters
        guard let found = HounsfieldSegmentation(grid: grid, millimeters: millimeters).found(),
            let mask = LungMask(
                rows: grid.rows,
                columns: grid.columns,
                labels: found.labels,
                millimetersPerPixel: known
            )
        else {
            return .withoutBody(
                LungMask(emptyWithRows: grid.rows, columns: grid.columns, millimetersPerPixel: known)
            )
        }
        let counts = mask.pixelCounts
        let pixels = Double(counts.left + counts.right)
        let area = pixels * millimeters * millimeters / 100
        let limit = LungLimits.containsLungSquareCentimeters
        return LungSegmentation(
            mask: mask,
            areaSquareCentimeters: area,
            shareOfBody: pixels / Double(found.body.area),
            containsLung: area >= limit,
            reason: area >= limit
                ? "lung area \(tenths(area)) cm²"
                : "lung area \(tenths(area)) cm² is below \(Int(limit)) cm²"
        )
    }

    private func segmentPicture(_ slice: CTSlice) -> LungSegmentation {
        let picture = SmallPicture(of: slice)
        guard let found = PictureSegmentation(picture: picture).found(),
            let mask = LungMask(
                rows: picture.rows,
                columns: picture.columns,
                labels: found.labels,
                millimetersPerPixel: nil
            )
        else {
            return .withoutBody(
                LungMask(emptyWithRows: picture.rows, columns: picture.columns, millimetersPerPixel: nil)
            )
        }
        let counts = mask.pixelCounts
        let pixels = Double(counts.left + counts.right)
        let share = pixels / Double(found.bodyArea)
        let limit = LungLimits.containsLungShareOfBody
        return LungSegmentation(
            mask: mask,
            areaSquareCentimeters: pixels * found.millimeters * found.millimeters / 100,
            shareOfBody: share,
            containsLung: share >= limit,
            reason: share >= limit
                ? "lungs are \(tenths(100 * share)) % of the body"
                : "lungs are \(tenths(100 * share)) % of the body, below \(Int(100 * limit)) %"
        )
    }

    /// A number that is not negative, with one decimal, never rounded up (so that 19.96 is not said to be
    /// below 20.0).
    private func tenths(_ number: Double) -> String {
        let tenths = Int(number * 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension LungSegmentation {
    /// The verdict on a slice in which not even a body was found.
    fileprivate static func withoutBody(_ mask: LungMask) -> LungSegmentation {
        LungSegmentation(
            mask: mask,
            areaSquareCentimeters: 0,
            shareOfBody: 0,
            containsLung: false,
            reason: "no body found"
        )
    }
}
