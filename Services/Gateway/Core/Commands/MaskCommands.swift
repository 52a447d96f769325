import Contracts
import LineProtocol
import Wire

/// What the labeler found in slices.
extension GatewayService {
    /// `MASK id`
    func mask(_ words: inout Words) async throws -> Reply {
        let sliceID = try words.identifier("slice id")
        try words.end()
        let mask = try await self.labeler.call(FetchMask(sliceID: sliceID), timeout: .seconds(30))
        return .fields([
            "slice": .text(sliceID.description),
            "area": .number(mask.areaSquareCentimeters),
            "contains-lung": mask.containsLung.map { .integer($0 ? 1 : 0) } ?? .none,
            "reason": mask.reason.map { .text($0) } ?? .none,
            "flags": .list((mask.flags ?? []).map { .text($0) }),
            "rows": .integer(Int64(mask.rows)), "columns": .integer(Int64(mask.columns)),
            "labels": .bytes(mask.labels),
            "outlines": .list(
                (mask.outlines ?? []).map { outline in
                    .fields([
                        "lung": .integer(Int64(outline.label)),
                        "points": .text(outline.points.map(Self.shortest).joined(separator: " ")),
                    ])
                }
            ),
        ])
    }

    private static func shortest(_ value: Float) -> String { NumberText.shortest(Double(value)) }

    /// `MASKS [COUNT n]`
    func masks(_ words: inout Words) async throws -> Reply {
        var limit = 20
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "COUNT": limit = try words.integer("COUNT", in: 1...1000)
            default: throw CommandFailure(.badArgument, "MASKS takes COUNT")
            }
        }
        let quality = try await self.labeler.call(
            FetchMaskQuality(limit: UInt32(limit)),
            timeout: .seconds(30)
        )
        return .fields([
            "slices": .integer(Int64(quality.slices)),
            "with-lung": .integer(Int64(quality.withLung)),
            "without-lung": .integer(Int64(quality.withoutLung)),
            "waiting": .integer(Int64(quality.waiting)),
            "failed": .integer(Int64(quality.failed)),
            "areas": Self.numbers(quality.areaQuantiles.map { Float($0) }),
            "flags": .list(quality.flags.flatMap { [.text($0.reason), .integer(Int64($0.count))] }),
            "smallest": Self.rows(quality.smallest),
            "flagged": Self.rows(quality.flagged),
            "empty": Self.rows(quality.empty),
            "failures": .list(
                quality.failures.map {
                    .fields([
                        "slice": .text($0.key), "reason": .text($0.reason),
                        "attempts": .integer(Int64($0.attempts)),
                        "time": .integer(Int64($0.timeMilliseconds)),
                    ])
                }
            ),
        ])
    }

    private static func rows(_ masks: [MaskRecord]) -> Reply {
        .list(
            masks.map {
                .fields([
                    "slice": .text($0.sliceID.description), "area": .number($0.areaSquareCentimeters),
                    "reason": .text($0.reason), "flags": .list($0.flags.map { .text($0) }),
                ])
            }
        )
    }
}
