internal import ServiceKit

/// Keys of the index, with defaults and ranges; `index --help` lists them.
enum IndexConfiguration {
    static let shard = Setting.integer(
        "shard",
        default: 0,
        in: 0...1_023,
        help: "which part of the series this node keeps, from 0: the ordinal of a replica set fits"
    )
    static let shardCount = Setting.integer(
        "shard-count",
        default: 1,
        in: 1...1_024,
        help: "into how many parts the series are divided; the same for all nodes"
    )

    static let snapshots = Setting.flag(
        "snapshots",
        default: true,
        help: "keep a snapshot in the data folder, so that a start need not read the whole log"
    )
    static let snapshotEvents = Setting.integer(
        "snapshot-events",
        default: 50_000,
        in: 1...1_000_000_000,
        help: "new events after which a running node writes a snapshot; one that stops always does"
    )
    static let snapshotSeconds = Setting.integer(
        "snapshot-seconds",
        default: 300,
        in: 0...86_400,
        help: "least time from one snapshot of a running node to the next"
    )

    static let all: [any DeclaredSetting] = [shard, shardCount, snapshots, snapshotEvents, snapshotSeconds]

    static func schedule(_ settings: Settings) -> SnapshotSchedule {
        SnapshotSchedule(
            eventCount: UInt64(settings[Self.snapshotEvents]),
            interval: .seconds(settings[Self.snapshotSeconds]),
            now: .zero
        )
    }

    /// - Throws: `ConfigurationError` for a shard that is not below the count.
    static func assignment(_ settings: Settings) throws -> ShardAssignment {
        let shard = settings[Self.shard]
        let count = settings[Self.shardCount]
        guard let assignment = ShardAssignment(shard: shard, of: count) else {
            throw ConfigurationError(["shard: \(shard) is not below shard-count \(count)"])
        }
        return assignment
    }
}
