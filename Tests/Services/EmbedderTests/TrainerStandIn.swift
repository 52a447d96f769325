import Contracts
import Learning
import Lungs
import Messaging
import ServiceKit
import Storage
import Synchronization
import Testing
import Tomography
import Wire

@testable import PhantomArchive

/// A trainer that has a log and models, and trains nothing.
final class TrainerStandIn: Sendable {
    private let host: ServiceHost
    private let hidden: Hidden

    /// Models that cannot be fetched for now.
    private final class Hidden: Sendable {
        let prints = Mutex<Set<Fingerprint>>([])
    }

    private init(host: ServiceHost, hidden: Hidden) {
        self.host = host
        self.hidden = hidden
    }

    static func start(in folder: String, transport: any Transport) async throws -> TrainerStandIn {
        let hidden = Hidden()
        let models = try Models.all
        let definition = ServiceDefinition(
            name: "trainer",
            number: .trainer,
            summary: "has models",
            ports: ServicePorts(requests: 7421, events: 7422, health: 7429)
        ) { host in
            host.on(FetchModel.self) { request, _ in
                guard let wanted = request.fingerprint,
                    let model = models.first(where: { $0.fingerprint == wanted.bytes })
                else { throw Refusal(.notFound, "no model has this fingerprint") }
                guard !hidden.prints.withLock({ $0.contains(wanted) }) else {
                    throw Refusal(.notFound, "hidden")
                }
                return FetchModel.Reply(fingerprint: wanted, bytes: model.serialized())
            }
        }
        let settings = [
            "data": folder, "listen": "memory://trainer", "publish": "memory://trainer-events",
            "health-port": "0",
        ]
        let host = try await ServiceHost.start(definition, settings: settings, transport: transport)
        return TrainerStandIn(host: host, hidden: hidden)
    }

    /// Settings with which a service finds this one.
    static let peerSettings = [
        "trainer-address": "memory://trainer", "trainer-events-address": "memory://trainer-events",
    ]

    func promote(_ fingerprint: Fingerprint) async throws {
        let events = self.host.events
        try await self.host.database.write { transaction in
            let event = ModelPromoted(fingerprint: fingerprint, previous: nil)
            _ = try events.append(event, key: fingerprint.description, in: transaction)
        }
    }

    func hide(_ fingerprint: Fingerprint) {
        self.hidden.prints.withLock { _ = $0.insert(fingerprint) }
    }

    func show(_ fingerprint: Fingerprint) {
        self.hidden.prints.withLock { _ = $0.remove(fingerprint) }
    }

    func stop() async { await self.host.stop() }
}

/// Slices that all tests share: two patients of six.
enum Phantoms {
    static let slices = ArchivedSlice.slices(ofPatients: [31, 32], sliceCount: 6, size: 160)

    /// A slice that ingest should never have taken: nothing but air.
    static func withoutLungs() throws -> ArchivedSlice {
        var metadata = Self.slices[0].metadata
        metadata.sliceID = Identifier(bytes: Array(repeating: 0xEE, count: 16))
        let air = try #require(
            CTSlice(
                rows: 160,
                columns: 160,
                scale: .hounsfield,
                spacing: PixelSpacing(rowMillimeters: 2.6, columnMillimeters: 2.6),
                values: Array(repeating: -1000, count: 160 * 160)
            )
        )
        return ArchivedSlice(metadata: metadata, slice: air)
    }
}

/// Three small models, fitted to phantoms and not trained any further.
enum Models {
    static var all: [EmbeddingModel] { get throws { try Self.made.get() } }

    static var prints: [Fingerprint] {
        get throws { try Self.all.map { Fingerprint(bytes: $0.fingerprint) } }
    }

    private static let made = Result { try (0..<3).map { try Self.model(seed: UInt64($0)) } }

    private static func model(seed: UInt64) throws -> EmbeddingModel {
        var recipe = TrainingRecipe(epochs: 0, seed: seed)
        recipe.viewsPerSlice = 1
        let outcome = try trainEmbedding(
            training: TrainingSide(samples: try Self.samples(Phantoms.slices[..<6]), pairs: []),
            test: TrainingSide(samples: try Self.samples(Phantoms.slices[6...]), pairs: []),
            dataSetHash: [UInt8(seed)],
            recipe: recipe,
            now: { 0 },
            report: { _ in },
            isCancelled: { false }
        )
        return outcome.model
    }

    private static func samples(_ slices: ArraySlice<ArchivedSlice>) throws -> [TrainingSample] {
        try slices.map { archived in
            let segmentation = LungSegmenter().segment(archived.slice)
            return TrainingSample(
                id: archived.metadata.sliceID.bytes,
                patient: archived.metadata.patientID.bytes,
                crop: try #require(lungCrop(of: archived.slice, segmentation: segmentation))
            )
        }
    }
}
