import ImageCodecs
import TestKit
import Testing

@Suite("Pictures")
struct PictureTests {
    /// A smooth picture, as JPEG likes it.
    private func gradient(width: Int, height: Int, channels: Int) -> RasterImage {
        var pixels: [UInt8] = []
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<channels {
                    let share =
                        Double(row + channel * 10) / Double(height + 20) + Double(column) / Double(width)
                    pixels.append(UInt8(127 * share))
                }
            }
        }
        return RasterImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    @Test("JPEG keeps grey and color pictures nearly", arguments: [1, 3])
    func jpegRoundTrip(channels: Int) throws {
        let image = gradient(width: 61, height: 43, channels: channels)
        let bytes = try JPEGCodec.encode(image, quality: 95)
        #expect(sniff(bytes) == .jpeg)
        let decoded = try JPEGCodec.decode(bytes)
        #expect(decoded.width == 61 && decoded.height == 43 && decoded.channels == channels)
        let difference = zip(decoded.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max()
        #expect(try #require(difference) <= 6)
        #expect(try JPEGCodec.encode(image, quality: 20).count < bytes.count)
        let object = try decodeObject(bytes)
        #expect(object.scale == .grey8 && object.transferSyntax == "jpeg" && object.isLossy)
        #expect(object.values == decoded.luma().map { Int16($0) })
    }

    @Test("noise at full quality fits too")
    func jpegOfNoise() throws {
        var random = SplitMix64(seed: 5)
        let pixels = (0..<(256 * 256 * 3)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let bytes = try JPEGCodec.encode(rgb: pixels, width: 256, height: 256, quality: 100)
        #expect(try JPEGCodec.decode(bytes).pixels.count == pixels.count)
    }

    @Test("PNG keeps grey and color pictures exactly", arguments: [1, 3])
    func pngRoundTrip(channels: Int) throws {
        let image = gradient(width: 61, height: 43, channels: channels)
        let bytes = try PNGCodec.encode(image)
        #expect(sniff(bytes) == .png)
        #expect(try PNGCodec.decode(bytes) == image)
        let object = try decodeObject(bytes)
        #expect(object.values == image.luma().map { Int16($0) })
        #expect(object.identity == nil && object.transferSyntax == "png" && !object.isLossy)
    }

    @Test("PNG of 16 bits is scaled to 8")
    func png16() throws {
        let samples: [UInt16] = [0, 257, 128 * 257, 254 * 257, 65_535, 1_000]
        let bytes = try PNGCodec.encode(grey16: samples, width: 3, height: 2)
        #expect(try decodeObject(bytes).values == [0, 1, 128, 254, 255, 4])
    }

    @Test("luma follows BT.601")
    func luma() {
        let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
        #expect(RasterImage(width: 4, height: 1, channels: 3, pixels: pixels).luma() == [76, 150, 29, 255])
    }

    @Test("pictures beyond the limit or cut short are refused")
    func refusals() throws {
        let wide = RasterImage(
            width: 5_000,
            height: 1,
            channels: 1,
            pixels: [UInt8](repeating: 9, count: 5_000)
        )
        #expect(refusal(of: try JPEGCodec.encode(wide, quality: 80)) == .tooLarge)
        #expect(refusal(of: try PNGCodec.encode(wide)) == .tooLarge)
        let image = gradient(width: 61, height: 43, channels: 3)
        for bytes in [try JPEGCodec.encode(image, quality: 80), try PNGCodec.encode(image)] {
            for length in stride(from: 12, to: bytes.count - 4, by: 7) {
                #expect(refusal(of: Array(bytes[..<length])) == .damaged, "\(length) of \(bytes.count) bytes")
            }
        }
    }
}
