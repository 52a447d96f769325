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

    static let all: [any DeclaredSetting] = [shard, shardCount]

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
