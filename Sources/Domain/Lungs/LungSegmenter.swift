package import Tomography

/// Finds the lungs in one axial slice: in Hounsfield units, or in an 8-bit picture in a lung window.
package struct LungSegmenter: Sendable {
    private let recipe: LungRecipe

    /// Makes a segmenter; it has no settings. Any number may be made, and used at the same time: all of them
    /// share the memory that they need between the slices.
    package init() { self.init(recipe: .standard) }

    /// Makes a segmenter that follows another recipe, for comparison.
    init(recipe: LungRecipe) { self.recipe = recipe }

    /// The lungs of a slice and the verdict whether it can be used. Never fails: what cannot be segmented
    /// contains no lung, and the reason says why.
    package func segment(_ slice: CTSlice) -> LungSegmentation {
        Scratch.lent(pixels: slice.values.count) { scratch in
            switch slice.scale {
            case .hounsfield: segmentHounsfield(slice, &scratch)
            case .grey8: segmentPicture(slice, &scratch)
            }
        }
    }

    /// The lungs of a slice, and their crop where there is enough lung: the same as `segment` and `lungCrop` one after the
    /// other, in less time.
    package func find(in slice: CTSlice) -> (segmentation: LungSegmentation, crop: LungCrop?) {
        guard slice.scale == .hounsfield else {
            let found = segment(slice)
            return (found, found.containsLung ? lungCrop(of: slice, segmentation: found) : nil)
        }
        return Scratch.lent(pixels: slice.values.count) { scratch in
            let found = segmentHounsfield(slice, &scratch)
            // The grid still shows the slice.
            return (found, found.containsLung ? lungCrop(on: scratch.grid, mask: found.mask) : nil)
        }
    }

    private func segmentHounsfield(_ slice: CTSlice, _ scratch: inout Scratch) -> LungSegmentation {
        scratch.grid.take(slice)
        let (rows, columns) = (scratch.grid.rows, scratch.grid.columns)
        let millimeters = MeanGrid.millimeters(of: slice)
        let known = slice.spacing == nil ? nil : millimeters
        guard let found = HounsfieldSegmentation(recipe: recipe, millimeters: millimeters).found(&scratch)
        else {
            let mask = LungMask(emptyWithRows: rows, columns: columns, millimetersPerPixel: known)
            return LungSegmentation(mask: mask, measure: .noBody)
        }
        return LungSegmentation(
            mask: LungMask(found.labels, rows: rows, columns: columns, millimetersPerPixel: known),
            measure: .area(bodyPixels: found.bodyArea, millimeters: millimeters)
        )
    }

    private func segmentPicture(_ slice: CTSlice, _ scratch: inout Scratch) -> LungSegmentation {
        let picture = SmallPicture(of: slice)
        let (rows, columns) = (picture.rows, picture.columns)
        guard let found = PictureSegmentation(picture: picture).found(&scratch) else {
            let mask = LungMask(emptyWithRows: rows, columns: columns, millimetersPerPixel: nil)
            return LungSegmentation(mask: mask, measure: .noBody)
        }
        return LungSegmentation(
            mask: LungMask(found.labels, rows: rows, columns: columns, millimetersPerPixel: nil),
            measure: .share(bodyPixels: found.bodyArea, millimeters: found.millimeters)
        )
    }
}
