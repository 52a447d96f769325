import ImageCodecs
import Wire

/// What a decoding process says of one object, as bytes between it and the service.
enum DecodingAnswer: Sendable, Equatable {
    case decoded(DecodedObject)
    case refused(DecodingRefusal)
}

extension DecodingAnswer: WireStructure {
    static var byteCountMinimum: Int { 1 }

    init(from reader: inout FrameReader) throws(WireError) {
        if try reader.bool("isDecoded") {
            self = .decoded(try Self.object(from: &reader))
        } else {
            let reason = RefusalReason(rawValue: try reader.read("reason"))
            self = .refused(DecodingRefusal(reason, try reader.read("detail")))
        }
    }

    func encode(into writer: inout FrameWriter) {
        switch self {
        case .refused(let refusal):
            writer.write(false)
            writer.write(refusal.reason.rawValue)
            writer.write(refusal.detail)
        case .decoded(let object):
            writer.write(true)
            Self.encode(object, into: &writer)
        }
    }

    private static func encode(_ object: DecodedObject, into writer: inout FrameWriter) {
        // The pixels, and texts of a common length after them.
        writer.reserve(2 * object.values.count + 4_096)
        writer.write(UInt32(object.rows))
        writer.write(UInt32(object.columns))
        writer.write(object.scale.rawValue)
        writer.write(object.values)
        writer.write(object.spacing.map { [$0.rowMillimeters, $0.columnMillimeters] })
        let facts = object.facts
        writer.write(facts.kernel)
        writer.write(facts.thicknessMillimeters)
        writer.write(facts.manufacturer)
        writer.write(facts.studyDate)
        writer.write(facts.position.map(Self.numbers))
        writer.write(facts.directions.map { Self.numbers($0.row) + Self.numbers($0.column) })
        writer.write(facts.instanceNumber)
        writer.write(facts.imageType)
        writer.write(facts.hasBurnedInText)
        writer.write(object.identity != nil)
        writer.write(object.identity?.patientID)
        writer.write(object.identity?.studyUID)
        writer.write(object.identity?.seriesUID)
        writer.write(object.identity?.sopUID)
        writer.write(object.transferSyntax)
        writer.write(object.isLossy)
        writer.write(UInt32(object.paddingCount))
        writer.write(object.warnings.map(\.rawValue))
    }

    private static func object(from reader: inout FrameReader) throws(WireError) -> DecodedObject {
        let rows: UInt32 = try reader.read("rows")
        let columns: UInt32 = try reader.read("columns")
        let scaleStart = reader.offset
        guard let scale = PixelScale(rawValue: try reader.read("scale")) else {
            throw WireError(.badValue, at: scaleStart, reading: "scale")
        }
        let values: [Int16] = try reader.read("values")
        let spacing: [Double]? = try reader.read("spacing")
        var facts = ImageFacts()
        facts.kernel = try reader.read("kernel")
        facts.thicknessMillimeters = try reader.read("thickness")
        facts.manufacturer = try reader.read("manufacturer")
        facts.studyDate = try reader.read("studyDate")
        facts.position = Self.vector(try reader.read("position"), at: 0)
        let directions: [Double]? = try reader.read("directions")
        if let row = Self.vector(directions, at: 0), let column = Self.vector(directions, at: 3) {
            facts.directions = SliceDirections(row: row, column: column)
        }
        facts.instanceNumber = try reader.read("instanceNumber")
        facts.imageType = try reader.read("imageType")
        facts.hasBurnedInText = try reader.read("hasBurnedInText")
        let hasIdentity: Bool = try reader.read("hasIdentity")
        let identity = ObjectIdentity(
            patientID: try reader.read("patientID"),
            studyUID: try reader.read("studyUID"),
            seriesUID: try reader.read("seriesUID"),
            sopUID: try reader.read("sopUID")
        )
        return DecodedObject(
            rows: Int(rows),
            columns: Int(columns),
            scale: scale,
            values: values,
            spacing: Self.distances(spacing),
            facts: facts,
            identity: hasIdentity ? identity : nil,
            transferSyntax: try reader.read("transferSyntax"),
            isLossy: try reader.read("isLossy"),
            paddingCount: Int(try reader.integer("paddingCount", as: UInt32.self)),
            warnings: (try reader.read("warnings") as [String]).map { DecodingWarning(rawValue: $0) }
        )
    }

    private static func numbers(_ vector: SIMD3<Double>) -> [Double] { [vector.x, vector.y, vector.z] }

    private static func vector(_ numbers: [Double]?, at start: Int) -> SIMD3<Double>? {
        guard let numbers, numbers.count >= start + 3 else { return nil }
        return SIMD3(numbers[start], numbers[start + 1], numbers[start + 2])
    }

    private static func distances(_ numbers: [Double]?) -> PixelDistances? {
        guard let numbers, numbers.count == 2 else { return nil }
        return PixelDistances(rowMillimeters: numbers[0], columnMillimeters: numbers[1])
    }
}
