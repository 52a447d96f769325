import Foundation
import TestKit
import Testing

@testable import ImageCodecs

@Suite("Refusals")
struct RefusalTests {
    private func reason(_ change: (inout CTImage) -> Void) throws -> RefusalReason? {
        var image = testImage()
        change(&image)
        return refusal(of: try DICOMWriter.encode(image))
    }

    @Test("what is no axial CT slice is refused with its reason")
    func reasons() throws {
        #expect(try reason { _ in } == nil)
        #expect(try reason { $0.modality = "MR" } == .notCT)
        #expect(try reason { $0.sopClassUID = "1.2.840.10008.5.1.4.1.1.7" } == .notCT)
        #expect(
            try reason {
                $0.sopClassUID = nil
                $0.modality = nil
            } == .notCT
        )
        #expect(try reason { $0.imageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"] } == .localizer)
        #expect(try reason { $0.numberOfFrames = 2 } == .multiFrame)
        #expect(try reason { $0.numberOfFrames = 1 } == nil)
        #expect(try reason { $0.photometricInterpretation = "PALETTE COLOR" } == .color)
        #expect(try reason { $0.samplesPerPixel = 3 } == .color)
        #expect(try reason { $0.rescaleSlope = 0 } == .damaged)
        #expect(try reason { $0.rescaleType = "Z_EFF" } == .unsupported)
        #expect(try reason { $0.bitsStored = 17 } == .damaged)
    }

    @Test(
        "a tilted gantry is axial, coronal and oblique slices are not",
        arguments: [
            (0.0, true), (29.0, true), (-29.0, true), (31.0, false), (90.0, false), (151.0, true),
        ]
    )
    func orientation(degrees: Double, isAxial: Bool) throws {
        let angle = degrees * .pi / 180
        let tilted = SliceDirections(row: [1, 0, 0], column: [0, cos(angle), sin(angle)])
        #expect(try reason { $0.directions = tilted } == (isAxial ? nil : .notAxial))
    }

    @Test("a size beyond the limit is refused before pixels are looked for")
    func tooLarge() throws {
        var bytes = try DICOMWriter.encode(testImage())
        let rows = try #require(offset(of: [0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0], in: bytes)) + 8
        bytes[rows] = 0xFF
        bytes[rows + 1] = 0xFF
        #expect(refusal(of: bytes) == .tooLarge)
        bytes[rows] = 0
        bytes[rows + 1] = 0
        #expect(refusal(of: bytes) == .damaged)
        bytes[rows] = 65  // One row more than there are pixels for.
        #expect(refusal(of: bytes) == .damaged)
        #expect(
            refusal(of: [UInt8](repeating: 0, count: DecodingLimits.objectByteCountMaximum + 1)) == .tooLarge
        )
    }

    @Test("a deflated object which grows beyond the limit is refused")
    func deflateBomb() throws {
        var image = testImage(rows: 1_024, columns: 1_024)
        image.stored = [Int16](repeating: 0, count: 1_024 * 1_024)
        let bytes = try DICOMWriter.encode(image, transferSyntax: .deflated)
        #expect(bytes.count < 20_000)
        #expect(throws: DecodingRefusal(.tooLarge, "inflated object")) {
            _ = try DICOMReader(parsing: bytes, inflatedByteCountMaximum: 1 << 20).transferSyntax
        }
        #expect(refusal(of: bytes) == nil)
    }

    @Test(
        "so are items far from each other, in whatever blocks that are looked at together",
        arguments: UInt64(0)..<8
    )
    func sparseNesting(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func nested(_ depth: Int) -> [UInt8] {
            var bytes: [UInt8] = [0x08, 0, 0x05, 0, 0x43, 0x53, 0, 0]
            for level in 0..<depth {
                // A comment (0008,0301) of any length and of bytes that look like a tag's first, then a sequence and its item.
                let count = 2 * Int.random(in: 0...1_500, using: &random)
                bytes += [0x08, 0, 0x01, 0x03, 0x4C, 0x54, UInt8(count & 255), UInt8(count >> 8)]
                bytes += [UInt8](repeating: level % 2 == 0 ? 0x20 : 0xFE, count: count)
                bytes += [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0] + littleEndian(.max)
                bytes += [0xFE, 0xFF, 0x00, 0xE0] + littleEndian(.max)
            }
            return bytes
        }
        func isTooDeep(_ depth: Int) -> Bool {
            do {
                _ = try decodeObject(nested(depth))
                return false
            } catch {
                return error == DecodingRefusal(.damaged, "items nested too deep")
            }
        }
        // Below the watch's bound something else is wrong with such an object.
        #expect(isTooDeep(65) && !isTooDeep(64))
    }

    @Test("items nested without end are refused before they exhaust the stack", arguments: [false, true])
    func nesting(hasLengths: Bool) throws {
        let depth = 20_000
        // Specific Character Set, so that it begins as a data set does.
        var nested: [UInt8] = [0x08, 0, 0x05, 0, 0x43, 0x53, 0, 0]
        nested.reserveCapacity(depth * 20)
        for level in 0..<depth {
            // A sequence (0008,1140) and its item; with lengths, each says how much is left.
            let left = UInt32((depth - level) * 20 - 12)
            let lengths = hasLengths ? [left, left - 8] : [.max, .max]
            nested += [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0] + littleEndian(lengths[0])
            nested += [0xFE, 0xFF, 0x00, 0xE0] + littleEndian(lengths[1])
        }
        #expect(throws: DecodingRefusal(.damaged, "items nested too deep")) { try decodeObject(nested) }
        // A thousand items in a row, on the other hand, are no depth.
        var flat = try DICOMWriter.encode(testImage())
        let items: [UInt8] =
            hasLengths
            ? [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0]
            : [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
        let end: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        flat += [0xFE, 0x7F, 0x40, 0x11, 0x53, 0x51, 0, 0] + littleEndian(.max)
        for _ in 0..<1_000 { flat += items }
        #expect(refusal(of: flat + end) == nil)
    }

    @Test("bytes of no format are refused")
    func unknownFormat() {
        #expect(refusal(of: []) == .unsupported)
        #expect(refusal(of: Array("GIF89a and more than sixteen bytes".utf8)) == .unsupported)
        #expect(refusal(of: [UInt8](repeating: 0, count: 4_096)) == .unsupported)
        #expect(refusal(of: [0xFF, 0xD8, 0xFF, 0xE0]) == .damaged)
        #expect(refusal(of: [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)) == .damaged)
    }

    @Test("no refusal and no printed identity names the patient")
    func privacy() throws {
        let planted = "Zzyzx^Planted"
        var image = testImage()
        image.patientID = planted
        image.patientName = planted
        let bytes = try DICOMWriter.encode(image)
        let object = try decodeObject(bytes)
        #expect(object.identity?.patientID == planted)
        var dumped = ""
        dump(object, to: &dumped, maxItems: 200)
        for text in ["\(object)", String(reflecting: object), dumped] {
            #expect(!text.contains("Zzyzx"))
            #expect(!text.contains(try #require(image.sopUID)))
        }
        for length in stride(from: 0, to: bytes.count, by: 37) {
            do {
                _ = try decodeObject(Array(bytes[..<length]))
            } catch {
                #expect(!"\(error)".contains("Zzyzx"))
            }
        }
    }
}

/// The first place of a pattern in some bytes.
private func offset(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    bytes.indices.first { bytes[$0...].starts(with: pattern) }
}

private func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
