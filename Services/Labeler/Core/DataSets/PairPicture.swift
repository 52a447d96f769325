import Contracts
import ImageCodecs
import Lungs
import Registration
import Rendering
import Tomography

/// Two slices with their outlines, both laid over each other, their difference, and what was found about them.
struct PairPicture {
    let slices: (CTSlice, CTSlice)
    let lungs: (SliceLungs, SliceLungs)
    let aligned: AlignedPair
    let measures: PairMeasures
    let label: LabeledPairRecord?

    private static let side = 400
    private static let quality = 88

    /// - Throws: `EncodingFailure`.
    func jpeg() throws -> [UInt8] {
        let title =
            "outline \(Self.percent(self.measures.gridDice))   detail \(Self.percent(self.measures.orientation))"
            + self.labelText
        let sheet = ContactSheet(
            title: title,
            tiles: [
                Self.tile("first", self.slices.0, self.lungs.0),
                Self.tile("second", self.slices.1, self.lungs.1),
                ContactSheet.Tile(
                    image: self.aligned.overlay(side: Self.side),
                    captions: [
                        "outlines: first yellow, second cyan", "green: first denser, magenta: second denser",
                    ]
                ),
                ContactSheet.Tile(
                    image: self.aligned.difference(side: Self.side),
                    captions: ["difference", "red: second denser, blue: first denser"]
                ),
            ],
            columns: 2,
            side: Self.side
        ).rendered()
        return try Self.encoded(sheet)
    }

    /// Both laid over each other, alone.
    ///
    /// - Throws: `EncodingFailure`.
    func overlayJPEG() throws -> [UInt8] { try Self.encoded(self.aligned.overlay(side: Self.side)) }

    private static func encoded(_ image: RGBImage) throws -> [UInt8] {
        try JPEGCodec.encode(
            rgb: image.pixels,
            width: image.width,
            height: image.height,
            quality: Self.quality
        )
    }

    private var labelText: String {
        guard let label = self.label else { return "" }
        return "   rank \(Self.percent(label.similarity))   grade \(label.grade)"
    }

    private static func tile(_ name: String, _ slice: CTSlice, _ lungs: SliceLungs) -> ContactSheet.Tile {
        let area = Int(lungs.areaSquareCentimeters.rounded())
        return ContactSheet.Tile(
            image: renderPreview(slice: slice, mask: lungs.mask, side: Self.side),
            captions: [(["\(name)   lung area \(area) cm²"] + lungs.flags).joined(separator: "   ")]
        )
    }

    private static func percent(_ share: Float) -> String {
        share.isFinite ? "\(Int((share * 100).rounded())) %" : "unknown"
    }
}
