import Contracts
import Learning
import LinearAlgebra
import Lungs
import Messaging
import ServiceKit
import Storage
import Synchronization
import Testing
import Tomography
import WSSENet
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
        var known = Dictionary(
            uniqueKeysWithValues: try Models.all.map { (Fingerprint(bytes: $0.fingerprint), $0.serialized()) }
        )
        known[Self.older] = try Models.older
        let files = known
        let definition = ServiceDefinition(
            name: "trainer",
            number: .trainer,
            summary: "has models",
            ports: ServicePorts(requests: 7421, events: 7422, health: 7429)
        ) { host in
            host.on(FetchModel.self) { request, _ in
                guard let wanted = request.fingerprint, let bytes = files[wanted]
                else { throw Refusal(.notFound, "no model has this fingerprint") }
                guard !hidden.prints.withLock({ $0.contains(wanted) }) else {
                    throw Refusal(.notFound, "hidden")
                }
                return FetchModel.Reply(fingerprint: wanted, bytes: bytes)
            }
        }
        let settings = [
            "data": folder, "listen": "memory://trainer", "publish": "memory://trainer-events",
            "health-port": "0",
        ]
        let host = try await ServiceHost.start(definition, settings: settings, transport: transport)
        return TrainerStandIn(host: host, hidden: hidden)
    }

    /// Names a model that only an older embedder could read.
    static let older = Fingerprint(bytes: Array(repeating: 7, count: 32))

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

/// Three models of random weights.
enum Models {
    static var all: [EmbeddingModel] { get throws { try Self.made.get() } }

    static var prints: [Fingerprint] {
        get throws { try Self.all.map { Fingerprint(bytes: $0.fingerprint) } }
    }

    /// A file such as trainers of Carina before WSSENet made.
    static var older: [UInt8] {
        get throws {
            var network = Network(inputs: [.init("hog", shape: [2])])
            try network.add("detail", .linear(count: 1), "hog")
            var generator = SeededGenerator(seed: 1)
            let file = try NetworkFile(
                format: "carina.embedding",
                network: network,
                parameters: Parameters(of: network, generator: &generator),
                texts: ["version": "1"]
            )
            return file.bytes
        }
    }

    private static let made = Result { try (0..<3).map { try Self.model(seed: UInt64($0)) } }

    private static func model(seed: UInt64) throws -> EmbeddingModel {
        var recipe = WSSENetRecipe(seed: seed)
        (recipe.outlineSteps, recipe.detailSteps, recipe.densitySteps) = (0, 0, 0)
        let crops = try Phantoms.slices.map { archived in
            let segmentation = LungSegmenter().segment(archived.slice)
            return try #require(lungCrop(of: archived.slice, segmentation: segmentation))
        }
        let labels = Matrix(rows: crops.count, columns: crops.count)
        let training = try WSSENetTraining(
            TrainingSet(
                crops: crops,
                patients: Phantoms.slices.map(\.metadata.patientID.bytes),
                outline: labels,
                detail: labels,
                density: labels
            ),
            test: nil,
            recipe: recipe,
            dataSetHash: "",
            threadCount: 1
        )
        return try training.model()
    }
}
