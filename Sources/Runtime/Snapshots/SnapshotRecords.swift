package import Contracts
package import Wire

/// What a snapshot says of itself: whose it is and up to where it knows the embedder's log.
package struct NodeRecord: WireBody, Equatable {
    /// As released.
    package static let schema: UInt8 = 1

    /// The embedder's log.
    package var logID: Identifier
    /// Every event up to here is in the snapshot.
    package var seq: UInt64
    /// The share that the node keeps, from 0.
    package var shard: UInt32
    /// Of how many.
    package var shardCount: UInt32
    /// When it was taken, milliseconds since 1970.
    package var timeMilliseconds: UInt64
    /// The release that wrote it.
    package var release: String
    /// Generations are numbered from 0.
    package var generationCount: UInt32
    /// Generations that were declared ready, the last one last.
    package var ready: [UInt32]

    /// Takes each field as it is.
    package init(
        logID: Identifier,
        seq: UInt64,
        shard: UInt32,
        shardCount: UInt32,
        timeMilliseconds: UInt64,
        release: String,
        generationCount: UInt32,
        ready: [UInt32]
    ) {
        self.logID = logID
        self.seq = seq
        self.shard = shard
        self.shardCount = shardCount
        self.timeMilliseconds = timeMilliseconds
        self.release = release
        self.generationCount = generationCount
        self.ready = ready
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        self.logID = try reader.read("logID")
        self.seq = try reader.read("seq")
        self.shard = try reader.read("shard")
        self.shardCount = try reader.read("shardCount")
        self.timeMilliseconds = try reader.read("timeMilliseconds")
        self.release = try reader.read("release")
        self.generationCount = try reader.read("generationCount")
        self.ready = try reader.read("ready")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(self.logID)
        writer.write(self.seq)
        writer.write(self.shard)
        writer.write(self.shardCount)
        writer.write(self.timeMilliseconds)
        writer.write(self.release)
        writer.write(self.generationCount)
        writer.write(self.ready)
    }
}

/// What a snapshot says of one generation.
package struct GenerationRecord: WireBody, Equatable {
    /// As released.
    package static let schema: UInt8 = 1

    /// The model.
    package var fingerprint: Fingerprint
    /// The parts of its vectors.
    package var parts: [EmbeddingPartRecord]
    /// How many vectors.
    package var count: UInt64

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint, parts: [EmbeddingPartRecord], count: UInt64) {
        self.fingerprint = fingerprint
        self.parts = parts
        self.count = count
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        self.fingerprint = try reader.read("fingerprint")
        self.parts = try reader.read("parts")
        self.count = try reader.read("count")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(self.fingerprint)
        writer.write(self.parts)
        writer.write(self.count)
    }
}
