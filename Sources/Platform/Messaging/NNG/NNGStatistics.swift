internal import CNNG

/// What nng counts per connection. It is the only way to learn that a message has left (nng trap 16).
enum NNGStatistics {
    /// Whole messages which went over one connection.
    struct Traffic: Equatable {
        var written: UInt64
        var read: UInt64
    }

    /// The traffic of each live connection of a socket, by the connection's number.
    static func traffic(of socket: nng_socket) -> [UInt32: Traffic] {
        var root: OpaquePointer?
        guard unsafe nng_stats_get(&root) == 0 else { return [:] }
        defer { unsafe nng_stats_free(root) }

        var traffic: [UInt32: Traffic] = [:]
        var node = unsafe nng_stat_child(root)
        while let pipe = unsafe node {
            unsafe node = nng_stat_next(pipe)
            guard unsafe name(of: pipe) == "pipe" else { continue }
            var values: [String: UInt64] = [:]
            var child = unsafe nng_stat_child(pipe)
            while let entry = unsafe child {
                unsafe child = nng_stat_next(entry)
                values[unsafe name(of: entry)] = unsafe nng_stat_value(entry)
            }
            guard let id = values["id"], let owner = values["socket"], let written = values["tx_msgs"],
                let read = values["rx_msgs"],
                UInt32(truncatingIfNeeded: owner) == socket.id
            else { continue }
            traffic[UInt32(truncatingIfNeeded: id)] = Traffic(written: written, read: read)
        }
        return traffic
    }

    private static func name(of statistic: OpaquePointer) -> String {
        // SAFETY: the name lives as long as the snapshot, and is copied here.
        guard let name = unsafe nng_stat_name(statistic) else { return "" }
        return unsafe String(cString: name)
    }
}
