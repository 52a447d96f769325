import Contracts
import LabelerCore
import Messaging
import PhantomArchive
import ServiceKit
import TestKit
import Wire

/// The real labeler beside an archive of phantoms, over messages in memory.
struct LabelerBench {
    let archive: ArchiveService
    let labeler: ServiceHost
    let client: ServiceClient
    let folder: String
    let transport: MemoryTransport

    /// Runs a body with both services up; they are stopped whatever happens.
    static func with(
        settings: [String: String] = [:],
        savePoints: SavePoints = SavePoints(),
        _ body: (LabelerBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let archive = try await ArchiveService.start(in: "\(folder)/ingest", transport: transport)
            let result: Result<Void, any Error>
            do {
                try await Self.withLabeler(of: archive, in: folder, settings, savePoints, transport, body)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await archive.stop()
            try result.get()
        }
    }

    /// Stops the labeler, and runs a body with another one on the same folder.
    func restarted(
        settings: [String: String] = [:],
        savePoints: SavePoints = SavePoints(),
        _ body: (LabelerBench) async throws -> Void
    ) async throws {
        await labeler.stop()
        try await Self.withLabeler(of: archive, in: folder, settings, savePoints, transport, body)
    }

    private static func withLabeler(
        of archive: ArchiveService,
        in folder: String,
        _ settings: [String: String],
        _ savePoints: SavePoints,
        _ transport: MemoryTransport,
        _ body: (LabelerBench) async throws -> Void
    ) async throws {
        let labeler = try await Self.startLabeler(in: folder, settings, savePoints, transport)
        let bench = LabelerBench(
            archive: archive,
            labeler: labeler,
            client: try ServiceClient(
                transport: transport,
                address: Address("memory://labeler"),
                service: .labeler
            ),
            folder: folder,
            transport: transport
        )
        let result: Result<Void, any Error>
        do {
            try await body(bench)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await bench.client.close()
        await labeler.stop()
        try result.get()
    }

    private static func startLabeler(
        in folder: String,
        _ settings: [String: String],
        _ savePoints: SavePoints,
        _ transport: MemoryTransport
    ) async throws -> ServiceHost {
        let own = [
            "data": "\(folder)/labeler", "listen": "memory://labeler",
            "publish": "memory://labeler-events", "health-port": "0",
            // Enough to be another model than the first weights: how well it learns is tested where it lives.
            "registration-steps": "30",
        ]
        return try await ServiceHost.start(
            LabelerDefinition.definition(savePoints: savePoints),
            settings: own.merging(ArchiveService.peerSettings) { $1 }.merging(settings) { $1 },
            transport: transport
        )
    }

    /// What the operation State says under a key.
    func state(_ key: String) async throws -> String? {
        try await self.client.call(State()).entries.first { $0.key == key }?.value
    }

    /// Waits until so many slices are segmented and nothing waits.
    func waitUntilSegmented(_ count: Int) async throws -> Bool {
        try await eventually(within: .seconds(60), every: .milliseconds(20)) {
            let segmented = try await self.state("segmented")
            let waiting = try await self.state("waiting")
            return segmented == "\(count)" && waiting == "0"
        }
    }

    /// Starts a build and waits for its end.
    func build(
        seed: UInt64,
        memberMaximum: UInt32 = 0,
        testShare: Float = 0.25,
        source: LabelSource? = nil
    ) async throws -> Job {
        let request = BuildDataSet(
            seed: seed,
            memberMaximum: memberMaximum,
            testShare: testShare,
            source: source
        )
        let jobID = try await self.client.call(request).jobID
        return try await self.ended(jobID)
    }

    /// A job as it is now.
    func job(_ jobID: Identifier) async throws -> Job {
        try await self.client.call(JobStatus(jobID: jobID)).job
    }

    /// Waits for a job's end.
    func ended(_ jobID: Identifier) async throws -> Job {
        var job = try await self.client.call(JobStatus(jobID: jobID)).job
        let hasEnded = try await eventually(within: .seconds(120), every: .milliseconds(20)) {
            job = try await self.client.call(JobStatus(jobID: jobID)).job
            return job.state == .done || job.state == .failed || job.state == .cancelled
        }
        guard hasEnded else { throw BenchFailure(description: "the job did not end: \(job.text)") }
        return job
    }
}

/// Why a bench gave up.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
}

/// Phantom slices that all tests share: four patients of ten slices.
enum Phantoms {
    static let slices = ArchivedSlice.slices(ofPatients: [11, 12, 13, 14], sliceCount: 10, size: 160)
    static let onePatient = Array(slices.prefix(10))
}
