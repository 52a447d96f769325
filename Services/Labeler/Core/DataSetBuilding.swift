import Contracts
import Labeling
import Lungs
import ServiceKit
import Storage
import Wire

/// Builds a data set of the slices there are, as a job.
struct DataSetBuilding: Sendable {
    static let jobKind = "data set"

    let database: StateDatabase
    let events: EventLog
    let ingest: ServiceClient
    let metrics: LabelerMetrics
    let clock: WallClock
    let memberMaximum: Int
    let testShare: Double
    let pairMaximum: Int
    let drainTime: Duration

    /// Crops loaded for each member that is wanted: the labeling still has a choice.
    private static let candidatesPerMember = 4
    /// How long ingest's log may stand still while it is behind.
    private static let stallTime = Duration.seconds(15)
    /// Crops read in one transaction.
    private static let cropPage = 64

    /// Fills in what a request leaves open.
    ///
    /// - Throws: `badArgument` for numbers out of their ranges.
    func order(for request: BuildDataSet) throws -> BuildDataSet {
        var order = request
        if order.memberMaximum == 0 { order.memberMaximum = UInt32(self.memberMaximum) }
        if order.testShare == 0 { order.testShare = Float(self.testShare) }
        order.source = order.source ?? Self.ownSource
        if let flaw = try Self.recipe(of: order).flaw { throw Refusal(.badArgument, flaw) }
        return order
    }

    /// What labels are made of when a request leaves it open.
    private static let ownSource = LabelSource.unwarped

    /// The order in the terms of the labeling: here its source becomes the recipe.
    ///
    /// - Throws: `badArgument` for a source that the labeling does not have.
    private static func recipe(of order: BuildDataSet) throws -> LabelingRecipe {
        let source = order.source ?? Self.ownSource
        guard source == .unwarped else {
            throw Refusal(
                .badArgument,
                "labels from the source \(source.name) are unsupported; take unwarped"
            )
        }
        return LabelingRecipe(
            seed: order.seed,
            // Six digits: what was written as 0.15 reads as 0.15 in the recipe.
            testShare: (Double(order.testShare) * 1e6).rounded() / 1e6,
            memberMaximum: Int(order.memberMaximum)
        )
    }

    func run(_ run: JobRun) async throws -> JobCenter.Commit {
        let recipe = try Self.recipe(of: try BuildDataSet.decode(run.input).request)
        try await self.waitForSegmentation(run)
        let start = ContinuousClock.now
        let all = try await self.database.read { try LabelerStore.candidates(in: $0) }
        let patients = Set(all.map(\.patientID)).count
        guard patients >= 2 else { throw LabelingError.tooFewPatients(found: patients) }
        let chosen = boundedCandidates(
            all,
            maximum: Self.candidatesPerMember * recipe.memberMaximum,
            seed: recipe.seed
        )
        let members = try await self.members(chosen, run)
        let (pairMaximum, now) = (self.pairMaximum, self.clock.now())
        let built = try await offPool {
            let labeled = try labelDataSet(
                members: members,
                recipe: recipe,
                progress: { run.report(0.5 + 0.4 * $0, "comparing \(members.count) slices") },
                isCancelled: { run.isCancelled }
            )
            run.report(0.9, "storing \(labeled.pairs.count) pairs")
            return try BuiltDataSet(labeled, pairMaximum: pairMaximum, timeMilliseconds: now)
        }
        self.metrics.buildingSeconds.observe(start.duration(to: .now).inSeconds)
        self.metrics.dataSets.add()
        return { transaction in try self.commit(built, in: transaction) }
    }

    private func commit(_ built: BuiltDataSet, in transaction: Transaction) throws -> String {
        let summary = built.reply.summary
        try DataSetStore.insert(built, in: transaction)
        let event = DataSetBuilt(
            dataSetID: summary.dataSetID,
            hash: summary.hash,
            memberCount: summary.memberCount,
            pairCount: summary.pairCount
        )
        try self.events.append(event, key: summary.dataSetID.description, in: transaction)
        return summary.dataSetID.description
    }

    /// Waits until everything that ingest has told of by now is segmented, or given up with a reason.
    private func waitForSegmentation(_ run: JobRun) async throws {
        // Where ingest is away, what is known here is all there is to wait for.
        let head = (try? await self.ingest.call(Hello()).headSeq) ?? 0
        let deadline = ContinuousClock.now + self.drainTime
        var most = 1
        var latest = (place: UInt64(0), time: ContinuousClock.now)
        while true {
            let (waiting, place) = try await self.database.read { transaction in
                (try LabelerStore.segmenting.count(in: transaction), try LabelerStore.place(in: transaction))
            }
            if place != latest.place { latest = (place, .now) }
            // A log that does not move with nothing to do, be it that an event was set aside: no reason to wait.
            let hasStalled = latest.time.duration(to: .now) > Self.stallTime
            if waiting == 0 && (place >= head || hasStalled) { return }
            guard ContinuousClock.now < deadline else {
                throw DataSetFailure("\(waiting) slices were still not segmented after \(self.drainTime)")
            }
            most = max(most, waiting)
            run.report(0.3 * (1 - Double(waiting) / Double(most)), "\(waiting) slices left to segment")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Loads crops page by page and keeps only what slices are compared by.
    private func members(_ candidates: [MemberCandidate], _ run: JobRun) async throws -> [LabelingMember] {
        var members: [LabelingMember] = []
        members.reserveCapacity(candidates.count)
        for start in stride(from: 0, to: candidates.count, by: Self.cropPage) {
            try Task.checkCancellation()
            let page = Array(candidates[start..<min(start + Self.cropPage, candidates.count)])
            let crops = try await self.database.read { transaction in
                try page.map { try LabelerStore.crop(of: $0.sliceID, in: transaction) }
            }
            members += try await offPool {
                zip(page, crops).compactMap { candidate, crop in
                    // Nil: the slice was removed since the candidates were listed.
                    crop.map { LabelingMember(candidate, crop: $0) }
                }
            }
            let share = Double(start + page.count) / Double(candidates.count)
            run.report(0.3 + 0.2 * share, "\(start + page.count) of \(candidates.count) slices read")
        }
        return members
    }
}

extension LabelingMember {
    fileprivate init(_ candidate: MemberCandidate, crop: LungCrop) {
        self.init(
            id: candidate.sliceID.bytes,
            patient: candidate.patientID.bytes,
            series: candidate.seriesID.bytes,
            offsetMillimeters: candidate.offsetMillimeters,
            crop: crop
        )
    }
}

/// Why no data set could be built.
struct DataSetFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
