import Contracts
import ImageCodecs
import Lungs
import Rendering
import Tomography

/// Two slices side by side with their outlines and what was found about them, for people.
struct PairPicture {
    let slices: (CTSlice, CTSlice)
    let lungs: (SliceLungs, SliceLungs)
    let outline: Float
    let detail: Float
    let label: LabeledPairRecord?

    private static let side = 480
    private static let quality = 88

    /// - Throws: `EncodingFailure`.
    func jpeg() throws -> [UInt8] {
        let title =
            "outline \(Self.percent(self.outline))   detail \(Self.percent(self.detail))" + self.labelText
        let sheet = ContactSheet(
            title: title,
            tiles: [Self.tile(self.slices.0, self.lungs.0), Self.tile(self.slices.1, self.lungs.1)],
            columns: 2,
            side: Self.side
        ).rendered()
        return try JPEGCodec.encode(
            rgb: sheet.pixels,
            width: sheet.width,
            height: sheet.height,
            quality: Self.quality
        )
    }

    private var labelText: String {
        guard let label = self.label else { return "" }
        return "   rank \(Self.percent(label.similarity))   grade \(label.grade)"
    }

    private static func tile(_ slice: CTSlice, _ lungs: SliceLungs) -> ContactSheet.Tile {
        ContactSheet.Tile(
            image: renderPreview(slice: slice, mask: lungs.mask, side: Self.side),
            captions: ["lung area \(Int(lungs.areaSquareCentimeters.rounded())) cm²"]
        )
    }

    private static func percent(_ share: Float) -> String {
        share.isFinite ? "\(Int((share * 100).rounded())) %" : "unknown"
    }
}
