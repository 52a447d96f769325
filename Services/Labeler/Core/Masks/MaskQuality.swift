import Contracts
import ServiceKit
import Storage
import Wire

/// What can be said of all masks together.
enum MaskQuality {
    /// - Parameter limit: most rows of each list.
    static func reply(limit: Int, in transaction: Transaction) throws -> FetchMaskQuality.Reply {
        let counts = try LabelerStore.counts(in: transaction)
        let areas = try transaction.rows("SELECT area FROM lungs WHERE contains_lung = 1").map {
            try $0.real("area")
        }
        return FetchMaskQuality.Reply(
            slices: UInt64(counts.slices),
            withLung: UInt64(counts.segmented - counts.withoutLung),
            withoutLung: UInt64(counts.withoutLung),
            waiting: UInt64(try LabelerStore.segmenting.count(in: transaction)),
            failed: UInt64(try LabelerStore.segmenting.deadLetterCount(in: transaction)),
            areaQuantiles: quantiles(of: areas, steps: DataSetStatistics.quantileSteps),
            flags: try Self.flags(in: transaction),
            smallest: try Self.masks("contains_lung = 1 ORDER BY area, slice_id", limit, transaction),
            flagged: try Self.masks(
                "contains_lung = 1 AND flags <> '' ORDER BY area, slice_id",
                limit,
                transaction
            ),
            empty: try Self.masks("contains_lung = 0 ORDER BY area DESC, slice_id", limit, transaction),
            failures: try LabelerStore.segmenting.deadLetters(limit: limit, in: transaction)
        )
    }

    private static func flags(in transaction: Transaction) throws -> [ReasonCount] {
        var counts: [String: UInt64] = [:]
        let rows = try transaction.rows(
            "SELECT flags, count(*) AS n FROM lungs WHERE contains_lung = 1 AND flags <> '' GROUP BY flags"
        )
        for row in rows {
            let count: UInt64 = try row.integer("n")
            for flag in try row.text("flags").split(separator: " ") {
                counts[String(flag), default: 0] += count
            }
        }
        return counts.sorted { $0.key < $1.key }.map { ReasonCount(reason: $0.key, count: $0.value) }
    }

    private static func masks(
        _ condition: String,
        _ limit: Int,
        _ transaction: Transaction
    ) throws -> [MaskRecord] {
        try transaction.rows(
            "SELECT slice_id, area, reason, flags FROM lungs WHERE \(condition) LIMIT ?",
            limit
        ).map {
            MaskRecord(
                sliceID: Identifier(bytes: try $0.blob("slice_id")),
                areaSquareCentimeters: try $0.real("area"),
                reason: try $0.text("reason"),
                flags: try $0.text("flags").split(separator: " ").map(String.init)
            )
        }
    }
}
