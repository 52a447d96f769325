import Contracts
import IndexCore
import Logging
import ServiceKit
import TestKit
import Testing
import Wire

/// A made-up embedder's log: events in order, and what is in them.
struct EmbedderLog {
    static let parts = [
        EmbeddingPartRecord(name: "outline", count: 6, weight: 0.2),
        EmbeddingPartRecord(name: "detail", count: 10, weight: 0.8),
    ]

    static let id = Identifier(bytes: Array(repeating: 7, count: Identifier.byteCount))

    /// The place after the last event.
    var end: LogPosition { Self.place(UInt64(self.events.count)) }

    static func place(_ seq: UInt64) -> LogPosition { LogPosition(logID: Self.id, seq: seq) }

    var events: [EventRecord] = []
    var random: SplitMix64

    init(seed: UInt64) {
        self.random = SplitMix64(seed: seed)
    }

    mutating func append(_ event: some WireEvent) {
        self.events.append(
            EventRecord(
                seq: UInt64(self.events.count + 1),
                kind: type(of: event).kind,
                schema: type(of: event).schema,
                key: "",
                timeMilliseconds: 0,
                body: event.body
            )
        )
    }

    mutating func start(_ fingerprint: Fingerprint) {
        self.append(GenerationStarted(fingerprint: fingerprint, parts: Self.parts))
    }

    mutating func complete(_ fingerprint: Fingerprint) {
        self.append(ModelReady(fingerprint: fingerprint, parts: Self.parts, count: 0))
    }

    /// Appends embeddings of series of 4 slices, 2 series a patient.
    mutating func embed(_ fingerprint: Fingerprint, count: Int) -> [Embedding] {
        var series = Identifier.random(using: &self.random)
        var patient = series
        return (0..<count).map { number in
            if number % 4 == 0 { series = .random(using: &self.random) }
            if number % 8 == 0 { patient = .random(using: &self.random) }
            let embedding = Embedding(
                sliceID: .random(using: &self.random),
                seriesID: series,
                studyID: series,
                patientID: patient,
                fingerprint: fingerprint,
                vector: self.vector(),
                attributes: [Attribute(key: "kernel", value: number % 3 == 0 ? "L" : "B")]
            )
            self.append(EmbeddingCreated(embedding: embedding))
            return embedding
        }
    }

    mutating func vector() -> [Float] {
        (0..<16).map { _ in Float(self.random.unit()) }
    }
}

func fingerprint(_ byte: UInt8) -> Fingerprint {
    Fingerprint(bytes: Array(repeating: byte, count: Fingerprint.byteCount))
}

/// A node that has applied a whole log and knows that there is no more.
func node(_ log: EmbedderLog, shard: Int = 0, of count: Int = 1) throws -> IndexService {
    let service = IndexService(
        shard: try #require(ShardAssignment(shard: shard, of: count)),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try service.apply(log.events, upTo: log.end)
    service.observe { LogStatus(headSeq: UInt64(log.events.count), hasCaughtUp: true) }
    return service
}

/// A request for the nearest to a vector.
func request(_ vector: [Float], k: UInt32 = 10) -> Search {
    Search(
        vector: vector,
        weights: [],
        k: k,
        grouping: .none,
        excludedPatient: nil,
        excludedSeries: nil,
        excludedSlice: nil,
        filters: [],
        minimumSeq: 0,
        wantsBruteForce: false
    )
}
