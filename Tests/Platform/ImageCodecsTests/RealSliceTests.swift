import ImageCodecs
import TestKit
import Testing

/// Numbers of a slice in Hounsfield units.
private struct SliceStatistics: Equatable, Sendable {
    let smallest: Int16
    let largest: Int16
    let sum: Int
    let checksum: UInt32
    let paddingCount: Int
}

/// Read independently of this project: pydicom 3.0 and numpy, slope × stored + intercept rounded half away
/// from zero, pixels equal to the padding value (as a signed number where pixels are signed) set to -1024;
/// CRC-32 of zlib over little-endian Int16.
private let expectations: [(path: String, statistics: SliceStatistics)] = [
    // Unsigned pixels, intercept -1000, implicit VR.
    (
        "113_HM10395/series/0003-eda4c9.dcm",
        .init(
            smallest: -1000,
            largest: 1322,
            sum: -188_064_746,
            checksum: 1_037_251_444,
            paddingCount: 0
        )
    ),
    // Signed pixels, intercept 0.
    (
        "LUNG1-002/series/0007-c1c057.dcm",
        .init(
            smallest: -1024,
            largest: 3071,
            sum: -199_313_465,
            checksum: 1_168_783_951,
            paddingCount: 0
        )
    ),
    // 12 bits stored, explicit VR.
    (
        "LungFCP-01-0001/B31f/0030-eaed30.dcm",
        .init(
            smallest: -1024,
            largest: 1388,
            sum: -132_300_792,
            checksum: 866_814_310,
            paddingCount: 0
        )
    ),
    // JPEG Lossless, padding.
    (
        "MIDRC-RICORD-1A-419639-001012/STANDARD/0001-a036ae.dcm",
        .init(
            smallest: -1024,
            largest: 1520,
            sum: -194_097_279,
            checksum: 1_237_704_431,
            paddingCount: 55_772
        )
    ),
    // Slope 1.000244.
    (
        "TCGA-17-Z029/0027-6c6dc2.dcm",
        .init(
            smallest: -1024,
            largest: 3072,
            sum: -123_399_438,
            checksum: 4_203_431_618,
            paddingCount: 0
        )
    ),
    // Padding 63536 beside signed pixels which never have it; outside the field is -2048.
    (
        "TCGA-34-5234/0109-c2e7da.dcm",
        .init(
            smallest: -2048,
            largest: 1166,
            sum: -211_317_896,
            checksum: 1_141_176_993,
            paddingCount: 0
        )
    ),
    // Padding -2000, uncompressed.
    (
        "TCGA-60-2716/0064-917aba.dcm",
        .init(
            smallest: -1024,
            largest: 1165,
            sum: -127_128_647,
            checksum: 959_355_519,
            paddingCount: 55_772
        )
    ),
]

@Suite("Real slices", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RealSliceTests {
    @Test("Hounsfield units are those of an independent reader")
    func hounsfieldUnits() throws {
        for (number, expectation) in expectations.enumerated() {
            let object = try decodeObject(try SharedData.bytes("ct/" + expectation.path))
            let statistics = SliceStatistics(
                smallest: object.values.min() ?? 0,
                largest: object.values.max() ?? 0,
                sum: object.values.reduce(0) { $0 + Int($1) },
                checksum: crc32(object.values),
                paddingCount: object.paddingCount
            )
            #expect(statistics == expectation.statistics, "expectation \(number)")
        }
    }

    @Test("every CT slice decodes, with spacing, position and identity")
    func everySliceDecodes() throws {
        let paths = try SharedData.files(in: "ct", suffix: ".dcm")
        #expect(paths.count > 300)
        for (number, path) in paths.enumerated() {
            let object = try decodeObject(try fileBytes(path))
            #expect(
                object.scale == .hounsfield && object.rows == 512 && object.columns == 512,
                "file \(number)"
            )
            #expect(object.values.count == 512 * 512, "file \(number)")
            #expect(object.spacing != nil && object.facts.position != nil, "file \(number)")
            #expect(object.facts.directions != nil, "file \(number)")
            #expect(object.warnings == [], "file \(number)")
            let identity = try #require(object.identity)
            #expect(identity.patientID != nil && identity.studyUID != nil, "file \(number)")
            #expect(identity.seriesUID != nil && identity.sopUID != nil, "file \(number)")
        }
    }

    @Test("facts of a slice are those of its header")
    func facts() throws {
        let object = try decodeObject(try SharedData.bytes("conformance/assorted/CT_small.dcm"))
        #expect(object.rows == 128 && object.columns == 128)
        #expect(object.spacing == PixelDistances(rowMillimeters: 0.661468, columnMillimeters: 0.661468))
        #expect(object.facts.thicknessMillimeters == 5)
        #expect(object.facts.studyDate == 20_040_119)
        #expect(object.facts.manufacturer == "GE MEDICAL SYSTEMS")
        #expect(object.facts.position == SIMD3(-158.135803, -179.035797, -75.699997))
        #expect(object.facts.directions == SliceDirections(row: [1, 0, 0], column: [0, 1, 0]))
        #expect(object.facts.instanceNumber == 1)
        #expect(object.facts.imageType == ["ORIGINAL", "PRIMARY", "AXIAL"])
    }

    @Test("every assorted object gives a value or a true reason", .timeLimit(.minutes(1)))
    func assortedObjects() throws {
        let paths = try SharedData.files(in: "conformance/assorted", suffix: ".dcm")
        #expect(paths.count >= 100)
        var reasons: [String: RefusalReason?] = [:]
        for path in paths {
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            reasons[name] = refusal(of: try fileBytes(path))
        }
        #expect(reasons["CT_small.dcm"] == .some(nil))
        #expect(reasons["693_J2KI.dcm"] == .some(nil))
        for name in ["MR_small.dcm", "liver.dcm", "rtplan.dcm", "SC_rgb.dcm", "image_dfl.dcm", "test-SR.dcm"]
        {
            #expect(reasons[name] == .notCT, "\(name)")
        }
        #expect(reasons["ExplVR_LitEndNoMeta.dcm"] == .notCT)
        #expect(reasons["ExplVR_BigEndNoMeta.dcm"] == .notCT)
        // One of them has known attributes as UN, one a sequence which ends wrongly: their pixels are sound.
        let taken = reasons.filter { $0.value == nil }.keys.sorted()
        #expect(
            taken == [
                "693_J2KI.dcm", "693_J2KR.dcm", "693_UNCI.dcm", "693_UNCR.dcm", "CT_small.dcm",
                "bad_sequence.dcm", "explicit_VR-UN.dcm",
            ]
        )
        for (name, checksum) in [("bad_sequence.dcm", 3_574_449_807), ("explicit_VR-UN.dcm", 3_962_836_517)] {
            let object = try decodeObject(try SharedData.bytes("conformance/assorted/" + name))
            #expect(crc32(object.values) == checksum, "\(name)")
        }
    }

    @Test("JPEG and PNG slices decode to grey pictures")
    func pictures() throws {
        for folder in ["chest4", "flexunet"] {
            for path in try SharedData.files(in: "slices2d/" + folder).filter({ !$0.hasSuffix(".csv") })
                .prefix(20)
            {
                let object = try decodeObject(try fileBytes(path))
                #expect(object.scale == .grey8 && object.identity == nil && object.spacing == nil)
                #expect(object.values.allSatisfy { (0...255).contains($0) })
                #expect((object.values.max() ?? 0) > 100)
            }
        }
    }
}
