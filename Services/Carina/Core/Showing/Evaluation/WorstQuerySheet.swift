import Evaluation
import Experiments
import ImageCodecs
import Lungs
import Rendering

/// A query and its hits in a row.
enum WorstQuerySheet {
    private static let side = 150
    private static let quality = 80

    /// - Returns: a JPEG; nil when it cannot be encoded.
    static func jpeg(_ query: QueryHits, in set: EvaluationSet) -> [UInt8]? {
        let tiles = ([query.query] + query.hits).enumerated().map { place, index in
            ContactSheet.Tile(
                image: RGBImage(set.slices[index].crop),
                captions: Self.captions(set.slices[index], place: place),
                isQuery: place == 0
            )
        }
        let sheet = ContactSheet(
            title: Self.title(query, in: set),
            tiles: tiles,
            columns: tiles.count,
            side: Self.side
        ).rendered()
        return try? JPEGCodec.encode(
            rgb: sheet.pixels,
            width: sheet.width,
            height: sheet.height,
            quality: Self.quality
        )
    }

    /// What is wrong with the first hit.
    private static func title(_ query: QueryHits, in set: EvaluationSet) -> String {
        guard set.slices[query.query].level != nil else { return "the first hit is of another class" }
        return "the first hit is off by \(percent(query.error(in: set))) of the lungs' height"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func captions(_ slice: EvaluationSlice, place: Int) -> [String] {
        let level = slice.level.map { "height \(self.percent($0))" }
        return [place == 0 ? "query" : "hit \(place)", slice.patient]
            + [level, slice.label].compactMap(\.self)
    }
}

extension RGBImage {
    /// A crop in shades of grey, air black, soft tissue white.
    fileprivate init(_ crop: LungCrop) {
        var image = RGBImage(width: LungCrop.side, height: LungCrop.side, color: RGBColor(0, 0, 0))
        let white = RGBColor(255, 255, 255)
        for (index, value) in crop.image.enumerated() {
            image.mix(white, share: value, atX: index % LungCrop.side, y: index / LungCrop.side)
        }
        self = image
    }
}
