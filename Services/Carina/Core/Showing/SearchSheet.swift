import Foundation
import ImageCodecs
import LineProtocol
import Rendering

/// A search as a picture: the query, then its hits in rank order, with the lungs' outlines drawn on.
enum SearchSheet {
    static let tileSide = 300

    /// - Parameters:
    ///   - queryImage: the query's picture with outline when it is not stored; nil: it is fetched by its id.
    /// - Returns: the sheet as a JPEG.
    static func make(
        _ result: SearchResult,
        queryImage: RGBImage?,
        title: String,
        client: LineClient
    ) async throws -> [UInt8] {
        let query: RGBImage
        if let queryImage {
            query = queryImage
        } else {
            query = try await client.preview(of: result.query, side: Self.tileSide, "OUTLINE")
        }
        var tiles = [
            ContactSheet.Tile(
                image: query,
                captions: ["query", String(result.query.prefix(12))],
                isQuery: true
            )
        ]
        for (rank, hit) in result.hits.enumerated() {
            tiles.append(
                ContactSheet.Tile(
                    image: try await client.preview(of: hit.slice, side: Self.tileSide, "OUTLINE"),
                    captions: [
                        "\(rank + 1)   distance \(Self.rounded(hit.distance))",
                        Self.roundedParts(hit.parts),
                        "\(hit.slice.prefix(12))  patient \(hit.patient.prefix(6))",
                    ]
                )
            )
        }
        let image = ContactSheet(title: title, tiles: tiles, columns: 4, side: Self.tileSide).rendered()
        return try JPEGCodec.encode(rgb: image.pixels, width: image.width, height: image.height, quality: 90)
    }

    static func rounded(_ value: Double) -> String { String(format: "%.4f", value) }

    /// `outline=0.27017,detail=0.41234` to `outline 0.27  detail 0.41`.
    static func roundedParts(_ parts: String) -> String {
        parts.split(separator: ",").map(Self.roundedPart).joined(separator: "  ")
    }

    private static func roundedPart(_ part: Substring) -> String {
        let sides = part.split(separator: "=")
        guard sides.count == 2, let value = Double(sides[1]) else { return String(part) }
        return "\(sides[0]) \(String(format: "%.2f", value))"
    }
}
