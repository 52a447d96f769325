import Contracts
import LabelerCore
import Messaging
import PhantomArchive
import ServiceKit
import Synchronization
import TestKit
import TrainerCore
import Wire

/// The real labeler and the real trainer beside an archive of phantoms, over messages in memory.
final class TrainingBench: Sendable {
    let archive: ArchiveService
    let labeler: ServiceClient
    let trainer: ServiceClient
    let folder: String
    private let transport: MemoryTransport
    private let shippedModel: Bool
    private let hosts: Mutex<(labeler: ServiceHost, trainer: ServiceHost)>

    /// A few steps of each stage: with 30 slices to learn from 2, 3 and 2 epochs.
    static let shortRecipe = """
        {"outlineSteps": 8, "detailSteps": 12, "densitySteps": 8, "batchSlices": 8}
        """

    private init(
        in folder: String,
        labeler: ServiceDefinition,
        shippedModel: Bool,
        transport: MemoryTransport
    ) async throws {
        self.shippedModel = shippedModel
        self.folder = folder
        self.transport = transport
        self.archive = try await ArchiveService.start(in: "\(folder)/ingest", transport: transport)
        self.hosts = Mutex(
            (
                labeler: try await Self.start(labeler, in: folder, transport),
                trainer: try await Self.start(
                    TrainerDefinition.definition,
                    in: folder,
                    shippedModel: shippedModel,
                    transport
                )
            )
        )
        self.labeler = try Self.client("labeler", .labeler, transport)
        self.trainer = try Self.client("trainer", .trainer, transport)
    }

    /// - Parameters:
    ///   - labeler: the real one, or one that stands in for it.
    ///   - shippedModel: whether the trainer begins with the model that came with it.
    static func with(
        slices: [ArchivedSlice] = Phantoms.slices,
        labeler: ServiceDefinition = LabelerDefinition.definition,
        shippedModel: Bool = false,
        _ body: (TrainingBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let bench = try await TrainingBench(
                in: folder,
                labeler: labeler,
                shippedModel: shippedModel,
                transport: MemoryTransport()
            )
            try await bench.archive.store(slices)
            let result: Result<Void, any Error>
            do {
                try await body(bench)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            for client in [bench.labeler, bench.trainer] { await client.close() }
            let hosts = bench.hosts.withLock { $0 }
            await hosts.trainer.stop()
            await hosts.labeler.stop()
            await bench.archive.stop()
            try result.get()
        }
    }

    /// Stops the trainer as SIGTERM does and starts it again over the same folder.
    func restartTrainer() async throws {
        await self.stopTrainer()
        try await self.startTrainer()
    }

    func stopTrainer() async { await self.hosts.withLock(\.trainer).stop() }

    func startTrainer() async throws {
        let trainer = try await Self.start(
            TrainerDefinition.definition,
            in: self.folder,
            shippedModel: self.shippedModel,
            self.transport
        )
        self.hosts.withLock { $0.trainer = trainer }
    }

    private static func start(
        _ definition: ServiceDefinition,
        in folder: String,
        shippedModel: Bool = false,
        _ transport: MemoryTransport
    ) async throws -> ServiceHost {
        let name = definition.name
        var settings = [
            "data": "\(folder)/\(name)", "listen": "memory://\(name)",
            "publish": "memory://\(name)-events", "health-port": "0",
        ]
        settings.merge(ArchiveService.peerSettings) { $1 }
        // Enough to be another model than the first weights.
        if definition.settings.contains(where: { $0.key == "registration-steps" }) {
            settings["registration-steps"] = "30"
        }
        if name == "trainer" {
            // Two that wait for one another are slow where other work holds a core.
            settings["threads"] = "1"
            settings["shipped-model"] = "\(shippedModel)"
            settings["labeler-address"] = "memory://labeler"
            settings["labeler-events-address"] = "memory://labeler-events"
        }
        return try await ServiceHost.start(definition, settings: settings, transport: transport)
    }

    private static func client(
        _ name: String,
        _ number: ServiceNumber,
        _ transport: MemoryTransport
    ) throws -> ServiceClient {
        try ServiceClient(transport: transport, address: Address("memory://\(name)"), service: number)
    }

    /// Builds a data set and returns its id.
    func buildDataSet(seed: UInt64 = 7) async throws -> Identifier {
        let request = BuildDataSet(seed: seed, memberMaximum: 0, testShare: 0.25)
        let job = try await Self.ended(try await self.labeler.call(request).jobID, at: self.labeler)
        guard job.state == .done, let id = Identifier(hex: job.result) else {
            throw BenchFailure(description: "no data set: \(job.text)")
        }
        return id
    }

    /// Trains to the end.
    func train(
        dataSetID: Identifier? = nil,
        recipe: String = TrainingBench.shortRecipe,
        seed: UInt64 = 5,
        promote: Bool = false
    ) async throws -> Job {
        let request = StartTraining(dataSetID: dataSetID, seed: seed, promote: promote, recipe: recipe)
        return try await Self.ended(try await self.trainer.call(request).jobID, at: self.trainer)
    }

    /// Waits for a job's end.
    static func ended(_ jobID: Identifier, at client: ServiceClient) async throws -> Job {
        var job = try await client.call(JobStatus(jobID: jobID)).job
        let hasEnded = try await eventually(within: .seconds(120), every: .milliseconds(20)) {
            job = try await client.call(JobStatus(jobID: jobID)).job
            return job.state == .done || job.state == .failed || job.state == .cancelled
        }
        guard hasEnded else { throw BenchFailure(description: "the job did not end: \(job.text)") }
        return job
    }

    /// The trainer's events of one kind.
    func events<Event: WireEvent>(_ type: Event.Type) async throws -> [Event] {
        let request = FetchEvents(logID: nil, after: 0, limit: 1_000, waitMilliseconds: 0)
        return try await self.trainer.call(request).events.filter { $0.kind == Event.kind }.map {
            try Event(decoding: $0.body)
        }
    }
}

/// Why a bench gave up.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
}

/// Phantom slices that all tests share: four patients of ten slices.
enum Phantoms {
    static let slices = ArchivedSlice.slices(ofPatients: [11, 12, 13, 14], sliceCount: 10, size: 160)
}
