import Contracts
import Synchronization
import Tomography
import Wire

/// One made-up slice: what it is called, and its vector under each generation.
struct Sample: Sendable, Equatable {
    let number: UInt8

    var sliceID: Identifier { Self.identifier(1, self.number) }
    /// Two slices a series.
    var seriesID: Identifier { Self.identifier(2, self.number / 2) }
    /// Two series a patient.
    var patientID: Identifier { Self.identifier(3, self.number / 4) }

    static func identifier(_ kind: UInt8, _ number: UInt8) -> Identifier {
        Identifier(bytes: [kind] + Array(repeating: 0, count: 14) + [number])
    }

    /// Two parts of two numbers; each generation turns the slices into an order of its own.
    func vector(_ generation: Fingerprint) -> [Float] {
        let turn = Float(generation.bytes[0])
        let angle = Float(self.number) * 0.37
        return [angle, turn, angle * angle * 0.1 * turn, Float(self.number % 3)]
    }
}

func fingerprint(_ byte: UInt8) -> Fingerprint {
    Fingerprint(bytes: Array(repeating: byte, count: Fingerprint.byteCount))
}

/// What the stand-ins for the services know, and what a test makes them do.
final class Archive: Sendable {
    static let parts = [
        EmbeddingPartRecord(name: "outline", count: 2, weight: 0.25),
        EmbeddingPartRecord(name: "detail", count: 2, weight: 0.75),
    ]

    struct State {
        var samples = (0..<16).map { Sample(number: UInt8($0)) }
        /// Stored, but not embedded yet.
        var waiting = Sample(number: 200)
        /// The generations whose vectors the embedder has.
        var kept = [fingerprint(1)]
        /// What each index node serves; nil: nothing yet.
        var serving: [Fingerprint?] = []
        var hanging: Set<Int> = []
        /// Every search that reached a node.
        var searches: [(node: Int, request: Search)] = []
        /// A vector that does not belong to the generation it is asked of.
        var mixedCount = 0
        var storedObjects: [[UInt8]] = []
        var removals: [Remove] = []
        var previews: [Preview] = []
        /// Data sets that were asked for, and pages and draws of their pairs.
        var orders: [BuildDataSet] = []
        var trainings: [StartTraining] = []
        var pages: [FetchPairs] = []
        var draws: [DrawPairs] = []
    }

    let state = Mutex(State())

    init(nodeCount: Int) {
        self.state.withLock { $0.serving = Array(repeating: fingerprint(1), count: nodeCount) }
    }

    /// The searches that a node got, in their order.
    func searches(node: Int? = nil) -> [Search] {
        self.state.withLock { $0.searches.filter { node == nil || $0.node == node }.map(\.request) }
    }

    func keepsGeneration(_ generation: Fingerprint) throws {
        guard self.state.withLock({ $0.kept.contains(generation) }) else {
            throw Refusal(.modelMismatch, "generation is not kept here")
        }
    }

    /// The nearest by looking at each slice: what a node, or all nodes together, should answer.
    func nearest(_ request: Search, generation: Fingerprint, among samples: [Sample]) -> [SearchHit] {
        let weights = request.weights.isEmpty ? Self.parts.map(\.weight) : request.weights
        let hits = samples.compactMap { sample -> SearchHit? in
            guard sample.sliceID != request.excludedSlice, sample.seriesID != request.excludedSeries,
                sample.patientID != request.excludedPatient
            else { return nil }
            let vector = sample.vector(generation)
            let squares = zip(vector, request.vector).map { ($0 - $1) * ($0 - $1) }
            let parts = [(squares[0] + squares[1]).squareRoot(), (squares[2] + squares[3]).squareRoot()]
            let sum = zip(weights, parts).reduce(Float(0)) { $0 + $1.0 * $1.1 * $1.1 }
            return SearchHit(
                sliceID: sample.sliceID,
                seriesID: sample.seriesID,
                patientID: sample.patientID,
                distance: sum.squareRoot(),
                partDistances: parts
            )
        }.sorted { ($0.distance, $0.sliceID) < ($1.distance, $1.sliceID) }
        var seen = Set<Identifier>()
        let single = hits.filter { hit in
            switch request.grouping {
            case .none: true
            case .series: seen.insert(hit.seriesID).inserted
            case .patient: seen.insert(hit.patientID).inserted
            }
        }
        return Array(single.prefix(Int(request.k)))
    }

    /// What a client should be told when it asks for the nearest to a stored slice, one a patient.
    func expected(_ sample: Sample, count: Int, generation: Fingerprint) -> [SearchHit] {
        let request = Search(
            vector: sample.vector(generation),
            weights: [],
            k: UInt32(count),
            grouping: .patient,
            excludedPatient: sample.patientID,
            excludedSeries: sample.seriesID,
            excludedSlice: sample.sliceID,
            filters: [],
            minimumSeq: 0,
            wantsBruteForce: false
        )
        return self.nearest(request, generation: generation, among: self.state.withLock(\.samples))
    }
}
