import ImageCodecs
import LineProtocol
import Rendering

/// What a report on a data set says; the page only lays it out.
struct LabelReport: Sendable {
    /// A pair with a picture of both slices side by side.
    struct Example: Sendable {
        let pair: PairRow
        let jpeg: [UInt8]
    }

    /// A slice with a picture of its mask.
    struct MaskPicture: Sendable {
        let row: MaskQualityAnswer.Row
        let jpeg: [UInt8]
    }

    let dataSet: DataSetDetails
    let seed: Int
    /// Of each grade from 0 to 3.
    let examples: [[Example]]
    let quality: MaskQualityAnswer
    /// How many files ingest refused, by reason: most slices without lungs never come to the labeler.
    let refused: [(reason: String, count: Int)]
    let smallest, flagged, empty: [MaskPicture]

    /// Pictures of each kind.
    static let pictureCount = 24
    /// Side of a slice in a picture of a pair, and of one that shows a mask, pixels.
    private static let side = 168
    private static let quality = 82

    /// Asks the gateway for everything.
    ///
    /// - Parameter dataSet: nil: the newest.
    static func collect(
        _ dataSet: String?,
        seed: Int,
        client: LineClient,
        progress: ProgressBar
    ) async throws -> LabelReport {
        let details = try await DataSetDetails.fetch(dataSet, client)
        let count = "\(Self.pictureCount)"
        let quality = try MaskQualityAnswer(try await client.ask(["MASKS", "COUNT", count]))
        var pairs: [[PairRow]] = []
        for grade in 0...3 {
            let words = [
                "PAIRS", details.summary.dataSet, "GRADE", "\(grade)", "COUNT", count, "DRAW", "\(seed)",
            ]
            pairs.append(try await client.ask(words).rows("pairs").map { try PairRow($0) })
        }
        var drawing = Drawing(
            pictures: SlicePictures(client: client),
            progress: progress,
            total: 2 * pairs.joined().count + quality.smallest.count + quality.flagged.count
                + quality.empty.count
        )
        var examples: [[Example]] = []
        for grade in pairs { examples.append(try await drawing.examples(grade)) }
        let report = LabelReport(
            dataSet: details,
            seed: seed,
            examples: examples,
            quality: quality,
            refused: try await Self.refused(client),
            smallest: try await drawing.masks(quality.smallest),
            flagged: try await drawing.masks(quality.flagged),
            empty: try await drawing.masks(quality.empty)
        )
        progress.finish("report", "\(pairs.joined().count) pairs, \(drawing.drawnCount) slices drawn")
        return report
    }

    private static func refused(_ client: LineClient) async throws -> [(reason: String, count: Int)] {
        let counts = try await client.ask(["QUARANTINE", "COUNT", "1"]).list("counts")
        return stride(from: 0, to: counts.count - 1, by: 2).map {
            (counts[$0].text ?? "", Int(counts[$0 + 1].number ?? 0))
        }
    }

    /// Draws each slice once.
    private struct Drawing {
        let pictures: SlicePictures
        let progress: ProgressBar
        let total: Int
        private var drawn: [String: RGBImage?] = [:]
        private var shown = 0

        init(pictures: SlicePictures, progress: ProgressBar, total: Int) {
            self.pictures = pictures
            self.progress = progress
            self.total = total
        }

        var drawnCount: Int { self.drawn.values.count { $0 != nil } }

        mutating func examples(_ pairs: [PairRow]) async throws -> [Example] {
            var examples: [Example] = []
            for pair in pairs {
                var both = RGBImage(
                    width: 2 * LabelReport.side + 4,
                    height: LabelReport.side,
                    color: .background
                )
                for (place, slice) in [pair.first, pair.second].enumerated() {
                    guard let image = try await self.image(of: slice) else { continue }
                    let left = place * (LabelReport.side + 4)
                    both.draw(
                        image,
                        x: left + (LabelReport.side - image.width) / 2,
                        y: (LabelReport.side - image.height) / 2
                    )
                }
                examples.append(Example(pair: pair, jpeg: try Self.jpeg(both)))
            }
            return examples
        }

        mutating func masks(_ rows: [MaskQualityAnswer.Row]) async throws -> [MaskPicture] {
            var masks: [MaskPicture] = []
            for row in rows {
                let image = try await self.image(of: row.slice)
                let gone = RGBImage(width: LabelReport.side, height: LabelReport.side, color: .background)
                masks.append(MaskPicture(row: row, jpeg: try Self.jpeg(image ?? gone)))
            }
            return masks
        }

        /// Nil for a slice that was removed since.
        private mutating func image(of slice: String) async throws -> RGBImage? {
            self.shown += 1
            self.progress.show(
                "report",
                share: Double(self.shown) / Double(max(self.total, 1)),
                "\(self.shown) of \(self.total) pictures"
            )
            if let known = self.drawn[slice] { return known }
            let image: RGBImage?
            do {
                let mask = try await self.pictures.mask(of: slice)
                image = try await self.pictures.outlined(mask, side: LabelReport.side)
            } catch let failure as CommandFailure where failure.code == .notFound {
                image = nil
            }
            self.drawn[slice] = .some(image)
            return image
        }

        private static func jpeg(_ image: RGBImage) throws -> [UInt8] {
            try JPEGCodec.encode(
                rgb: image.pixels,
                width: image.width,
                height: image.height,
                quality: LabelReport.quality
            )
        }
    }
}
