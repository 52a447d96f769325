internal import Contracts
internal import Neighbors
internal import ServiceKit
internal import Snapshots
internal import Wire

/// The vectors that one model made, as far as this node keeps them.
struct IndexedGeneration: Sendable {
    let fingerprint: Fingerprint
    let parts: [EmbeddingPartRecord]
    var index: NeighborIndex

    init(fingerprint: Fingerprint, parts: [EmbeddingPartRecord]) {
        self.fingerprint = fingerprint
        self.parts = parts
        self.index = NeighborIndex(parts: parts.map { Int($0.count) })
    }

    init(_ loaded: LoadedSnapshot.Generation) {
        self.fingerprint = loaded.fingerprint
        self.parts = loaded.parts
        self.index = loaded.index
    }
}

/// What became of an event.
enum ShelfOutcome: Equatable {
    case applied
    /// Another shard's, or of a generation that was retired before.
    case notOurs
    /// A vector or a description that cannot be used, and why.
    case refused(String)
}

/// All generations of a node and which one serves: the last that was declared ready and is still kept.
///
/// Events may be applied again from any earlier point: each sets a state, none counts.
struct GenerationShelf: Sendable {
    private let shard: ShardAssignment
    private var generations: [Fingerprint: IndexedGeneration] = [:]
    /// Generations that were declared ready, the last one last.
    private var ready: [Fingerprint] = []

    init(shard: ShardAssignment) {
        self.shard = shard
    }

    /// What was on the shelf when a snapshot was taken.
    init(shard: ShardAssignment, _ loaded: LoadedSnapshot) {
        self.shard = shard
        for generation in loaded.generations {
            self.generations[generation.fingerprint] = IndexedGeneration(generation)
        }
        self.ready = loaded.ready
    }

    /// Everything on the shelf, for a snapshot at a position of the log.
    func contents(at position: LogPosition) -> SnapshotContents {
        SnapshotContents(
            logID: position.logID,
            seq: position.seq,
            shard: (self.shard.shard, self.shard.count),
            generations: self.generations.values
                .sorted { $0.fingerprint.hex < $1.fingerprint.hex }
                .map { .init(fingerprint: $0.fingerprint, parts: $0.parts, view: $0.index.view) },
            ready: self.ready
        )
    }

    /// The generation that answers searches; nil before the first is complete.
    var serving: IndexedGeneration? {
        self.ready.last.flatMap { self.generations[$0] }
    }

    /// Number of generations kept, serving or being built.
    var count: Int { self.generations.count }

    /// Vectors of all generations.
    var vectorCount: Int { self.generations.values.reduce(0) { $0 + $1.index.count } }

    mutating func apply(_ event: GenerationStarted) -> ShelfOutcome {
        self.start(event.fingerprint, parts: event.parts)
    }

    mutating func apply(_ event: ModelReady) -> ShelfOutcome {
        // A generation without slices may be ready before it was ever started.
        let outcome = self.start(event.fingerprint, parts: event.parts)
        guard outcome == .applied else { return outcome }
        self.ready.removeAll { $0 == event.fingerprint }
        self.ready.append(event.fingerprint)
        return .applied
    }

    mutating func apply(_ event: GenerationRetired) -> ShelfOutcome {
        self.ready.removeAll { $0 == event.fingerprint }
        return self.generations.removeValue(forKey: event.fingerprint) == nil ? .notOurs : .applied
    }

    mutating func apply(_ event: EmbeddingCreated) -> ShelfOutcome {
        let embedding = event.embedding
        guard self.shard.keeps(embedding.seriesID) else { return .notOurs }
        let item = NeighborItem(
            id: NeighborID(embedding.sliceID),
            series: NeighborID(embedding.seriesID),
            patient: NeighborID(embedding.patientID),
            vector: embedding.vector,
            attributes: Dictionary(
                embedding.attributes.map { ($0.key, $0.value) },
                uniquingKeysWith: { $1 }
            )
        )
        do {
            let isKept = try self.generations[embedding.fingerprint]?.index.insert(item) != nil
            return isKept ? .applied : .notOurs
        } catch {
            return .refused(error.text)
        }
    }

    mutating func apply(_ event: EmbeddingRemoved) -> ShelfOutcome {
        let isRemoved = self.generations[event.fingerprint]?.index.remove(NeighborID(event.sliceID)) ?? false
        return isRemoved ? .applied : .notOurs
    }

    private mutating func start(_ fingerprint: Fingerprint, parts: [EmbeddingPartRecord]) -> ShelfOutcome {
        if let problem = ModelParts.problem(parts) { return .refused(problem) }
        guard self.generations[fingerprint]?.parts != parts else { return .applied }
        self.generations[fingerprint] = IndexedGeneration(fingerprint: fingerprint, parts: parts)
        return .applied
    }
}

extension NeighborID {
    /// The same 16 bytes.
    init(_ identifier: Identifier) {
        guard let id = NeighborID(identifier.bytes) else {
            preconditionFailure("an identifier has 16 bytes")
        }
        self = id
    }
}

extension Identifier {
    /// The same 16 bytes.
    init(_ id: NeighborID) {
        self.init(bytes: id.bytes)
    }
}

extension NeighborError {
    /// For people; holds nothing of a patient.
    var text: String {
        switch self {
        case .wrongDimension(let expected, let found): "the vector has \(found) numbers, not \(expected)"
        case .unusableValue(let position): "number \(position) of the vector is not finite or too large"
        case .wrongWeightCount(let expected, let found): "\(found) weights for \(expected) parts"
        case .unusableWeight(let part): "the weight of part \(part) is not within 0...1000"
        case .unusableK(let k): "k is \(k)"
        }
    }
}
