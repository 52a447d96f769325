import ImageCodecs
import TestKit
import Testing

@Suite("Written objects")
struct DICOMWriterTests {
    @Test(
        "what is written is what is read",
        arguments: [
            TransferSyntax.explicitLittleEndian, .implicitLittleEndian, .explicitBigEndian, .deflated,
            .runLengths,
            .jpegLossless, .jpegLSLossless,
        ]
    )
    func roundTrip(syntax: TransferSyntax) throws {
        var image = testImage()
        image.patientID = "P-1"
        image.kernel = "B70f"
        image.manufacturer = "Maker"
        image.studyDate = 20_261_123
        image.instanceNumber = 17
        image.thicknessMillimeters = 1.25
        image.spacing = PixelDistances(rowMillimeters: 0.7, columnMillimeters: 0.8)
        image.position = [-120.5, 33.25, -1.0 / 3]
        let object = try decodeObject(try DICOMWriter.encode(image, transferSyntax: syntax))
        #expect(object.rows == 64 && object.columns == 80 && object.scale == .hounsfield)
        #expect(object.values == image.stored)
        #expect(object.transferSyntax == syntax.rawValue && !object.isLossy)
        #expect(object.spacing == image.spacing)
        #expect(object.facts.kernel == "B70f" && object.facts.manufacturer == "Maker")
        #expect(object.facts.studyDate == 20_261_123 && object.facts.instanceNumber == 17)
        #expect(object.facts.thicknessMillimeters == 1.25)
        let position = try #require(object.facts.position)
        #expect(abs(position.z + 1.0 / 3) < 1e-12 && position.x == -120.5 && position.y == 33.25)
        #expect(object.facts.directions == image.directions)
        #expect(object.identity?.patientID == "P-1" && object.identity?.sopUID == image.sopUID)
        #expect(object.identity?.studyUID == image.studyUID && object.identity?.seriesUID == image.seriesUID)
        #expect(object.paddingCount == 0 && object.warnings == [])
    }

    @Test("an object without preamble and meta information is read", arguments: [false, true])
    func bareDataSet(isImplicit: Bool) throws {
        let image = testImage()
        let bytes = try DICOMWriter.encode(
            image,
            transferSyntax: isImplicit ? .implicitLittleEndian : .explicitLittleEndian
        )
        // Meta information: preamble, DICM, then a group length element of 12 bytes whose last 4 count the
        // rest.
        let length = bytes[140..<144].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let bare = Array(bytes[(144 + length)...])
        #expect(sniff(bare) == .dicom)
        #expect(try decodeObject(bare).values == image.stored)
    }

    @Test("rescaling, unsigned pixels and 12 bits")
    func rescaling() throws {
        var image = testImage()
        let hounsfield = image.stored
        image.stored = hounsfield.map { $0 + 1_024 }
        image.isSigned = false
        image.bitsStored = 12
        image.rescaleIntercept = -1_024
        #expect(try decodeObject(try DICOMWriter.encode(image)).values == hounsfield)
        image.rescaleSlope = 2
        #expect(try decodeObject(try DICOMWriter.encode(image)).values == image.stored.map { 2 * $0 - 1_024 })
    }

    @Test(
        "padding becomes -1024 and is counted, whichever sign it is written with",
        arguments: [false, true]
    )
    func padding(isSigned: Bool) throws {
        var image = testImage()
        for index in 0..<100 { image.stored[index] = -3_024 }
        for index in 100..<110 { image.stored[index] = -3_000 }
        image.paddingValue = -3_024
        image.writesPaddingSigned = isSigned
        var object = try decodeObject(try DICOMWriter.encode(image))
        #expect(object.paddingCount == 100)
        #expect(
            object.values[..<110] == [Int16](repeating: -1_024, count: 100)[...] + image.stored[100..<110]
        )
        #expect(object.values[110...] == image.stored[110...])
        image.paddingRangeLimit = -2_500
        object = try decodeObject(try DICOMWriter.encode(image))
        #expect(object.paddingCount == 110)
        #expect(object.values[..<110].allSatisfy { $0 == -1_024 })
        #expect(object.warnings == [])
        image.paddingValue = 0
        image.paddingRangeLimit = nil
        #expect(try decodeObject(try DICOMWriter.encode(image)).warnings == [.paddingAboveAir])
    }

    @Test("MONOCHROME1 keeps true Hounsfield units and inverts those which run backward")
    func monochrome1() throws {
        var image = testImage()
        let hounsfield = image.stored
        image.photometricInterpretation = "MONOCHROME1"
        let plain = try decodeObject(try DICOMWriter.encode(image))
        #expect(plain.values == hounsfield && plain.warnings == [])
        image.isSigned = false
        image.bitsStored = 12
        image.rescaleIntercept = -1_024
        image.stored = hounsfield.map { 4_095 - ($0 + 1_024) }
        let inverted = try decodeObject(try DICOMWriter.encode(image))
        #expect(inverted.values == hounsfield && inverted.warnings == [.inverted])
    }

    @Test("what is missing is assumed and said")
    func missingAttributes() throws {
        var image = testImage()
        image.rescaleSlope = nil
        image.rescaleIntercept = nil
        image.spacing = nil
        image.position = nil
        image.directions = nil
        image.modality = nil
        image.patientID = nil
        let object = try decodeObject(try DICOMWriter.encode(image))
        #expect(object.values == image.stored)
        #expect(
            Set(object.warnings) == [
                .modalityAssumed, .orientationMissing, .rescaleDefaulted, .spacingMissing, .positionMissing,
            ]
        )
        #expect(object.spacing == nil && object.facts.position == nil && object.facts.directions == nil)
        #expect(object.identity?.patientID == nil && object.identity?.sopUID == image.sopUID)
    }

    @Test("identifiers which are no UTF-8 stay different")
    func otherCharacters() throws {
        var bytes = try DICOMWriter.encode(
            {
                var image = testImage()
                image.patientID = "AB@@CD"
                return image
            }()
        )
        let at = try #require(bytes.indices.first { bytes[$0...].starts(with: "AB@@CD".utf8) })
        bytes[at + 2] = 0xE4
        bytes[at + 3] = 0xF6
        let first = try decodeObject(bytes).identity?.patientID
        bytes[at + 2] = 0xE5
        let second = try decodeObject(bytes).identity?.patientID
        #expect(first == "ABäöCD" && second == "ABåöCD")
    }
}
