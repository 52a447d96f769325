private import CJPEG

/// JPEG pictures through libjpeg: previews and contact sheets out, slices in.
package enum JPEGCodec {
    /// Encodes a picture.
    ///
    /// From quality 90 on, colors keep their full resolution.
    ///
    /// - Parameter quality: 1 to 100.
    /// - Throws: `EncodingFailure` when memory is short or a side exceeds 65,500.
    package static func encode(_ image: RasterImage, quality: Int) throws(EncodingFailure) -> [UInt8] {
        precondition((1...100).contains(quality))
        guard image.width <= 65_500, image.height <= 65_500 else {
            throw EncodingFailure("sides of a JPEG end at 65500")
        }
        var shape = carina_jpeg_shape(
            width: UInt32(image.width),
            height: UInt32(image.height),
            channels: UInt32(image.channels)
        )
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        // SAFETY: RasterImage's invariant is that `pixels` has exactly the samples which `shape` announces.
        let status = unsafe image.pixels.withUnsafeBufferPointer { pixels in
            unsafe carina_jpeg_encode(pixels.baseAddress, &shape, CInt(quality), &encoded, &count)
        }
        defer { unsafe carina_jpeg_free(encoded) }
        guard status == CARINA_JPEG_OK, let start = unsafe encoded else {
            throw EncodingFailure(status == CARINA_JPEG_NO_MEMORY ? "out of memory" : "libjpeg")
        }
        // SAFETY: on success libjpeg wrote `count` bytes from `start`.
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }

    /// Encodes grey samples, (height, width) row-major.
    package static func encode(
        grey pixels: [UInt8],
        width: Int,
        height: Int,
        quality: Int
    ) throws(EncodingFailure) -> [UInt8] {
        try encode(RasterImage(width: width, height: height, channels: 1, pixels: pixels), quality: quality)
    }

    /// Encodes colors, (height, width, 3) row-major.
    package static func encode(
        rgb pixels: [UInt8],
        width: Int,
        height: Int,
        quality: Int
    ) throws(EncodingFailure) -> [UInt8] {
        try encode(RasterImage(width: width, height: height, channels: 3, pixels: pixels), quality: quality)
    }

    /// Decodes a grey or color picture.
    ///
    /// - Throws: `DecodingRefusal`: damaged (also where libjpeg would invent the missing part), unsupported
    ///   (CMYK, arithmetic coding), tooLarge.
    package static func decode(
        _ bytes: [UInt8],
        sideMaximum: Int = DecodingLimits.sideMaximum
    ) throws(DecodingRefusal) -> RasterImage {
        var shape = carina_jpeg_shape()
        var status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe carina_jpeg_read_shape(source.baseAddress, source.count, UInt32(sideMaximum), &shape)
        }
        try check(status)
        var pixels = [UInt8](repeating: 0, count: Int(shape.width) * Int(shape.height) * Int(shape.channels))
        // SAFETY: both buffers go with their own counts; the C side compares the shape with them again.
        status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe pixels.withUnsafeMutableBufferPointer { target in
                unsafe carina_jpeg_decode(
                    source.baseAddress,
                    source.count,
                    &shape,
                    target.baseAddress,
                    target.count
                )
            }
        }
        try check(status)
        return RasterImage(
            width: Int(shape.width),
            height: Int(shape.height),
            channels: Int(shape.channels),
            pixels: pixels
        )
    }

    private static func check(_ status: carina_jpeg_status) throws(DecodingRefusal) {
        switch status {
        case CARINA_JPEG_OK: return
        case CARINA_JPEG_UNSUPPORTED: throw DecodingRefusal(.unsupported, "this kind of JPEG")
        case CARINA_JPEG_TOO_LARGE: throw DecodingRefusal(.tooLarge, "JPEG size")
        case CARINA_JPEG_NO_MEMORY: throw DecodingRefusal(.memoryLimit, "JPEG")
        default: throw DecodingRefusal(.damaged, "JPEG")
        }
    }
}
