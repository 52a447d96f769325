private import CPNG

/// PNG pictures through libpng.
package enum PNGCodec {
    /// Encodes a picture with 8 bits a sample.
    ///
    /// - Throws: `EncodingFailure` when memory is short.
    package static func encode(_ image: RasterImage) throws(EncodingFailure) -> [UInt8] {
        try encode(
            image.pixels,
            shape: carina_png_shape(
                width: UInt32(image.width),
                height: UInt32(image.height),
                channels: UInt32(image.channels)
            ),
            bitDepth: 8
        )
    }

    /// Encodes grey samples of 16 bits, (height, width) row-major.
    ///
    /// - Throws: `EncodingFailure` when memory is short.
    package static func encode(
        grey16 samples: [UInt16],
        width: Int,
        height: Int
    ) throws(EncodingFailure) -> [UInt8] {
        precondition(samples.count == width * height && width > 0 && height > 0)
        return try encode(
            samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
            shape: carina_png_shape(width: UInt32(width), height: UInt32(height), channels: 1),
            bitDepth: 16
        )
    }

    private static func encode(
        _ bytes: [UInt8],
        shape: carina_png_shape,
        bitDepth: CInt
    ) throws(EncodingFailure) -> [UInt8] {
        var shape = shape
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        // SAFETY: both callers made sure that `bytes` has the samples which `shape` and `bitDepth` announce.
        let status = unsafe bytes.withUnsafeBufferPointer { pixels in
            unsafe carina_png_encode(pixels.baseAddress, &shape, bitDepth, &encoded, &count)
        }
        defer { unsafe carina_png_free(encoded) }
        guard status == CARINA_PNG_OK, let start = unsafe encoded else { throw EncodingFailure("libpng") }
        // SAFETY: on success libpng wrote `count` bytes from `start`.
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }

    /// Decodes a picture to 8 bits a sample: 16 bits are scaled, palettes resolved, alpha and gamma ignored.
    ///
    /// - Throws: `DecodingRefusal`: damaged or tooLarge.
    package static func decode(
        _ bytes: [UInt8],
        sideMaximum: Int = DecodingLimits.sideMaximum
    ) throws(DecodingRefusal) -> RasterImage {
        var shape = carina_png_shape()
        var status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe carina_png_read_shape(source.baseAddress, source.count, UInt32(sideMaximum), &shape)
        }
        try check(status)
        var pixels = [UInt8](repeating: 0, count: Int(shape.width) * Int(shape.height) * Int(shape.channels))
        // SAFETY: both buffers go with their own counts; the C side compares the shape with them again.
        status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe pixels.withUnsafeMutableBufferPointer { target in
                unsafe carina_png_decode(
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

    private static func check(_ status: carina_png_status) throws(DecodingRefusal) {
        switch status {
        case CARINA_PNG_OK: return
        case CARINA_PNG_TOO_LARGE: throw DecodingRefusal(.tooLarge, "PNG size")
        case CARINA_PNG_NO_MEMORY: throw DecodingRefusal(.memoryLimit, "PNG")
        default: throw DecodingRefusal(.damaged, "PNG")
        }
    }
}
