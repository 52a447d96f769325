import ImageCodecs
import LineProtocol
import Rendering

/// Two slices beside each other, aligned, and where they agree.
enum CompareSheet {
    private static let side = 400

    /// - Returns: the sheet as a JPEG.
    static func make(_ comparison: ComparisonAnswer, of slices: [String], client: LineClient) async throws
        -> [UInt8]
    {
        var tiles: [ContactSheet.Tile] = []
        for (name, slice) in zip(["first", "second"], slices) {
            tiles.append(
                ContactSheet.Tile(
                    image: try await client.preview(of: slice, side: Self.side, "OUTLINE"),
                    captions: [name, String(slice.prefix(12))],
                    isQuery: tiles.isEmpty
                )
            )
        }
        if let overlay = comparison.overlay {
            tiles.append(
                ContactSheet.Tile(
                    image: try RGBImage(jpeg: overlay),
                    captions: [
                        "aligned, outlines: first yellow, second cyan",
                        "green: first denser, magenta: second denser",
                    ]
                )
            )
        }
        let map = AgreementPicture(
            agreement: comparison.agreement,
            lungShares: comparison.lungShares,
            image: comparison.image
        )
        let mean =
            comparison.meanAgreement.map {
                "mean \(SearchSheet.rounded($0)); 1 the same, 0 nothing in common"
            }
            ?? "no lung in common"
        tiles.append(
            ContactSheet.Tile(
                image: try map.drawn(side: Self.side),
                captions: ["detail, over the first: red agrees, blue differs", mean]
            )
        )
        let image = ContactSheet(title: Self.title(comparison), tiles: tiles, columns: 2, side: Self.side)
            .rendered()
        return try JPEGCodec.encode(rgb: image.pixels, width: image.width, height: image.height, quality: 90)
    }

    /// `distance 0.4123   outline 10 %   detail 80 %   density 10 %`
    static func title(_ comparison: ComparisonAnswer) -> String {
        (["distance \(SearchSheet.rounded(comparison.distance))"]
            + comparison.parts.map { "\($0.name) \(Self.percent($0.share))" }).joined(separator: "   ")
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
