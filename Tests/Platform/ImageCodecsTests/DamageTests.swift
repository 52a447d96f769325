import ImageCodecs
import TestKit
import Testing

/// Bytes cut short or changed give a value or a refusal. A crash would end the test process.
@Suite("Damage", .timeLimit(.minutes(3)))
struct DamageTests {
    @Test(
        "a DICOM object cut anywhere is refused",
        arguments: [
            TransferSyntax.explicitLittleEndian, .runLengths, .jpegLossless, .jpegLSLossless,
        ]
    )
    func truncations(syntax: TransferSyntax) throws {
        let bytes = try DICOMWriter.encode(testImage(rows: 24, columns: 32), transferSyntax: syntax)
        for length in stride(from: 0, to: bytes.count - 16, by: 11) {
            #expect(refusal(of: Array(bytes[..<length])) != nil, "\(length) of \(bytes.count) bytes")
        }
    }

    @Test("200 seeded mutations of written objects and pictures do not crash")
    func mutations() throws {
        let image = testImage(rows: 24, columns: 32)
        let syntaxes: [TransferSyntax] = [
            .explicitLittleEndian, .implicitLittleEndian, .explicitBigEndian, .deflated, .runLengths,
            .jpegLossless, .jpegLSLossless,
        ]
        var originals = try syntaxes.map { try DICOMWriter.encode(image, transferSyntax: $0) }
        let picture = RasterImage(
            width: 32,
            height: 24,
            channels: 1,
            pixels: image.stored.map {
                UInt8(truncatingIfNeeded: Int($0) >> 4)
            }
        )
        originals.append(try JPEGCodec.encode(picture, quality: 90))
        originals.append(try PNGCodec.encode(picture))
        mutate(originals, count: 200, seed: 20_261_123)
    }

    @Test(
        "200 seeded mutations of real objects in every transfer syntax do not crash",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
    )
    func mutationsOfRealObjects() throws {
        let paths = try SharedData.files(in: "conformance/transfer-syntaxes").filter { $0.contains("CT1_") }
        #expect(paths.count == 9)
        mutate(try paths.map(fileBytes), count: 200, seed: 3)
    }

    /// Changes a few bytes, half of the time near the start, where the header is; cuts some short.
    private func mutate(_ originals: [[UInt8]], count: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var outcomes: [RefusalReason?: Int] = [:]
        for number in 0..<count {
            var bytes = originals[number % originals.count]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let end = Bool.random(using: &random) ? min(bytes.count, 2_500) : bytes.count
                bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 1...(bytes.count / 2), using: &random))
            }
            outcomes[refusal(of: bytes), default: 0] += 1
        }
        #expect(outcomes.values.reduce(0, +) == count)
        #expect((outcomes[.damaged] ?? 0) > 0, "mutations which hurt nothing prove nothing")
    }
}
