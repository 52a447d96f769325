import LineProtocol

/// What the labeler found in one slice (Protocols/Gateway.md, under labels).
struct MaskAnswer: Codable, Sendable, Equatable {
    /// A closed curve in pixels of the slice.
    struct Outline: Codable, Sendable, Equatable {
        /// 1 the lung on the image's left, 2 the other.
        let lung: Int
        /// x and y in turn.
        let points: [Float]
    }

    let slice: String
    let areaSquareCentimeters: Double
    let containsLung: Bool
    let reason: String
    let flags: [String]
    let outlines: [Outline]

    init(_ answer: AnswerReader) throws {
        self.slice = try answer.text("slice")
        self.areaSquareCentimeters = try answer.real("area")
        self.containsLung = try answer.integer("contains-lung") == 1
        self.reason = try answer.text("reason")
        self.flags = try answer.texts("flags")
        self.outlines = try answer.rows("outlines").map { row in
            let words = try row.text("points").split(separator: " ")
            let points = words.compactMap { Float($0) }
            guard points.count == words.count, points.count.isMultiple(of: 2) else {
                throw CommandLineFailure("an outline in the gateway's answer cannot be read")
            }
            return Outline(lung: try row.integer("lung"), points: points)
        }
    }
}

/// What can be said of all masks together.
struct MaskQualityAnswer: Codable, Sendable, Equatable {
    struct Row: Codable, Sendable, Equatable {
        let slice: String
        let areaSquareCentimeters: Double
        let reason: String
        let flags: [String]
    }

    struct Failure: Codable, Sendable, Equatable {
        let slice: String
        let reason: String
        let attempts: Int
    }

    let slices, withLung, withoutLung, waiting, failed: Int
    /// Lung areas from the least to the greatest in equal steps, square centimeters.
    let areas: [Double]
    /// How many slices with lung bear each flag.
    let flags: [String: Int]
    let smallest, flagged, empty: [Row]
    let failures: [Failure]

    init(_ answer: AnswerReader) throws {
        self.slices = try answer.integer("slices")
        self.withLung = try answer.integer("with-lung")
        self.withoutLung = try answer.integer("without-lung")
        self.waiting = try answer.integer("waiting")
        self.failed = try answer.integer("failed")
        self.areas = try answer.reals("areas")
        let flags = try answer.list("flags")
        self.flags = Dictionary(
            stride(from: 0, to: flags.count - 1, by: 2).map {
                (flags[$0].text ?? "", Int(flags[$0 + 1].number ?? 0))
            },
            uniquingKeysWith: +
        )
        self.smallest = try Self.rows("smallest", answer)
        self.flagged = try Self.rows("flagged", answer)
        self.empty = try Self.rows("empty", answer)
        self.failures = try answer.rows("failures").map {
            Failure(
                slice: try $0.text("slice"),
                reason: try $0.text("reason"),
                attempts: try $0.integer("attempts")
            )
        }
    }

    private static func rows(_ name: String, _ answer: AnswerReader) throws -> [Row] {
        try answer.rows(name).map {
            Row(
                slice: try $0.text("slice"),
                areaSquareCentimeters: try $0.real("area"),
                reason: try $0.text("reason"),
                flags: try $0.texts("flags")
            )
        }
    }
}
