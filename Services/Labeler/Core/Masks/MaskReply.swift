import Contracts
import Lungs
import Tomography

extension FetchMask.Reply {
    /// What was found in a slice of `rows` x `columns` pixels.
    init(_ found: SliceLungs, rows: Int, columns: Int, scale: IntensityScale) {
        let mask = found.mask
        guard mask.rows > 0, mask.columns > 0 else {
            // Nothing can be drawn on a mask without pixels.
            self.init(found, outlines: [])
            return
        }
        // The mean over blocks of pixels leaves out what does not fill a block; a shrunk picture shows all of it.
        let step =
            switch scale {
            case .hounsfield: SIMD2(Float(columns / mask.columns), Float(rows / mask.rows))
            case .grey8: SIMD2(Float(columns) / Float(mask.columns), Float(rows) / Float(mask.rows))
            }
        self.init(found, outlines: Self.outlines(of: mask, step: step))
    }

    private init(_ found: SliceLungs, outlines: [LungOutline]) {
        let mask = found.mask
        self.init(
            rows: UInt32(mask.rows),
            columns: UInt32(mask.columns),
            labels: MaskRuns.encode(mask.labels),
            areaSquareCentimeters: found.areaSquareCentimeters,
            containsLung: found.containsLung,
            reason: found.reason,
            flags: found.flags,
            outlines: outlines
        )
    }

    /// The mask's curves in the pixels of the slice, of which one pixel of the mask is `step` wide and high.
    private static func outlines(of mask: LungMask, step: SIMD2<Float>) -> [LungOutline] {
        ([1, 2] as [UInt8]).flatMap { label in
            let one = LungMask(
                rows: mask.rows,
                columns: mask.columns,
                labels: mask.labels.map { $0 == label ? label : 0 },
                millimetersPerPixel: mask.millimetersPerPixel
            )
            return (one.map { Lungs.outlines(of: $0) } ?? []).map { curve in
                let points = curve.map { ($0 + 0.5) * step - 0.5 }
                return LungOutline(label: label, points: points.flatMap { [$0.x, $0.y] })
            }
        }
    }
}
