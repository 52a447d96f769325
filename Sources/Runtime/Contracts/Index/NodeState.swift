package import Wire

/// Which shard and generation does this node hold?
package struct NodeState: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.index, 0x11)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `NodeState` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The generation that the node serves; none before the first.
        package var fingerprint: Fingerprint?
        /// The vector's parts in that generation.
        package var parts: [EmbeddingPartRecord]
        /// Which shard the node holds, from 0.
        package var shard: UInt32
        /// Of how many.
        package var shardCount: UInt32
        /// Position in the embedder's log up to which it knows everything.
        package var appliedSeq: UInt64
        /// The log's head as the node last heard of it.
        package var headSeq: UInt64
        /// Vectors it holds.
        package var count: UInt64
        /// Whether it takes searches.
        package var isReady: Bool
        /// Why not, where it does not.
        package var reason: String

        /// Takes each field as it is.
        package init(
            fingerprint: Fingerprint?,
            parts: [EmbeddingPartRecord],
            shard: UInt32,
            shardCount: UInt32,
            appliedSeq: UInt64,
            headSeq: UInt64,
            count: UInt64,
            isReady: Bool,
            reason: String
        ) {
            self.fingerprint = fingerprint
            self.parts = parts
            self.shard = shard
            self.shardCount = shardCount
            self.appliedSeq = appliedSeq
            self.headSeq = headSeq
            self.count = count
            self.isReady = isReady
            self.reason = reason
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            parts = try reader.read("parts")
            shard = try reader.read("shard")
            shardCount = try reader.read("shardCount")
            appliedSeq = try reader.read("appliedSeq")
            headSeq = try reader.read("headSeq")
            count = try reader.read("count")
            isReady = try reader.read("isReady")
            reason = try reader.read("reason")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(parts)
            writer.write(shard)
            writer.write(shardCount)
            writer.write(appliedSeq)
            writer.write(headSeq)
            writer.write(count)
            writer.write(isReady)
            writer.write(reason)
        }
    }
}

/// A node's state is another. Published whole, in no log: a node keeps nothing.
package struct NodeStateChanged: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.index, 0x81)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// What `NodeState` would be answered with.
    package var state: NodeState.Reply

    /// Tells of this state.
    package init(state: NodeState.Reply) {
        self.state = state
    }

    /// Reads the fields of the state.
    package init(from reader: inout FrameReader) throws(WireError) {
        state = try NodeState.Reply(from: &reader)
    }

    /// Writes the fields of the state.
    package func encode(into writer: inout FrameWriter) {
        state.encode(into: &writer)
    }
}
