import ImageCodecs
import LineProtocol
import Rendering

/// Pictures of stored slices, with the labeler's outlines.
struct SlicePictures {
    let client: LineClient

    /// What the labeler found in a slice.
    func mask(of slice: String) async throws -> MaskAnswer {
        try MaskAnswer(try await self.client.ask(["MASK", slice]))
    }

    /// A slice in the lung window with a mask's outlines.
    ///
    /// - Parameter side: the longer side, pixels; nil: the slice's own, between 256 and 2,048.
    func outlined(_ mask: MaskAnswer, side: Int?) async throws -> RGBImage {
        let slice = try await self.client.ask(["SLICE", mask.slice])
        let (rows, columns) = (try slice.integer("rows"), try slice.integer("columns"))
        let side = side ?? min(max(rows, columns, 256), 2_048)
        var image = try await self.client.preview(of: mask.slice, side: side)
        let scale = SIMD2(
            Float(image.width) / Float(max(columns, 1)),
            Float(image.height) / Float(max(rows, 1))
        )
        let thickness = max(1.2, Float(side) / 300)
        for outline in mask.outlines {
            let points = stride(from: 0, to: outline.points.count, by: 2).map {
                (SIMD2(outline.points[$0], outline.points[$0 + 1]) + 0.5) * scale - 0.5
            }
            let color: RGBColor = outline.lung == 1 ? .leftLung : .rightLung
            image.drawOutline(smoothed(points), color, thickness: thickness, opacity: 0.9)
        }
        return image
    }
}

extension LineClient {
    /// A stored slice in the lung window.
    ///
    /// - Parameters:
    ///   - side: the longer side, pixels.
    ///   - options: further words of PREVIEW.
    func preview(of slice: String, side: Int, _ options: String...) async throws -> RGBImage {
        let words = ["PREVIEW", slice, "SIDE", "\(side)"] + options
        let reply = try await self.send(words.map { Array($0.utf8) })
        guard case .bytes(let jpeg) = reply else { throw CommandLineFailure("PREVIEW answered no picture") }
        return try RGBImage(jpeg: jpeg)
    }
}

extension RGBImage {
    /// The picture of a JPEG file that the gateway sent.
    ///
    /// - Throws: `CommandLineFailure` when its size does not fit its pixels; the codec's own error for other damage.
    init(jpeg: [UInt8]) throws {
        let picture = try JPEGCodec.decode(jpeg)
        let pixels = picture.channels == 3 ? picture.pixels : picture.pixels.flatMap { [$0, $0, $0] }
        guard let image = RGBImage(width: picture.width, height: picture.height, pixels: pixels) else {
            throw CommandLineFailure("a preview's size does not fit its pixels")
        }
        self = image
    }
}
