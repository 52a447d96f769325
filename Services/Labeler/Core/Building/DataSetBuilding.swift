import Contracts
import Labeling
import Registration
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
    let registrationSteps: Int
    let threadCount: Int
    /// Where unfinished data sets are kept.
    let buildingFolder: String
    let savePoints: SavePoints
    let review: SeriesReview

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
        if let flaw = Self.recipe(of: order).flaw { throw Refusal(.badArgument, flaw) }
        return order
    }

    /// What labels are made of when a request leaves it open: what ranked other patients' slices best.
    private static let ownSource = Contracts.LabelSource.transformer

    /// The order in the terms of the labeling.
    private static func recipe(of order: BuildDataSet) -> LabelingRecipe {
        LabelingRecipe(
            seed: order.seed,
            source: Labeling.LabelSource(order.source ?? Self.ownSource),
            // Six digits: what was written as 0.15 reads as 0.15 in the recipe.
            testShare: (Double(order.testShare) * 1e6).rounded() / 1e6,
            memberMaximum: Int(order.memberMaximum)
        )
    }

    func run(_ run: JobRun) async throws -> JobCenter.Commit {
        let recipe = Self.recipe(of: try BuildDataSet.decode(run.input).request)
        try await self.waitForSegmentation(run)
        let start = ContinuousClock.now
        let folder = try BuildingFolder(in: self.buildingFolder, job: run.id)
        let (plan, slices) = try await self.planned(recipe, folder, run)
        let comparing = PairComparing(
            plan: plan,
            slices: slices,
            registrationSteps: self.registrationSteps,
            threadCount: self.threadCount,
            folder: folder,
            savePoints: self.savePoints,
            report: { run.report(0.3 + 0.55 * $0, $1) },
            isCancelled: { run.isCancelled }
        )
        let (pairMaximum, now) = (self.pairMaximum, self.clock.now())
        let built = try await offPool {
            let comparison = try comparing.compared()
            let labeled = try labelDataSet(
                plan: plan,
                training: comparison.training,
                test: comparison.test,
                progress: {
                    run.report(0.85 + 0.1 * $0, "labeling the pairs of \(plan.members.count) slices")
                },
                isCancelled: { run.isCancelled }
            )
            run.report(0.95, "storing \(labeled.pairs.count) pairs")
            return try BuiltDataSet(
                labeled,
                registration: comparison.registration,
                pairMaximum: pairMaximum,
                timeMilliseconds: now
            )
        }
        self.metrics.buildingSeconds.observe(start.duration(to: .now).inSeconds)
        self.metrics.dataSets.add()
        return { transaction in
            // What is left behind where this fails is removed by the next job.
            transaction.afterCommit { Task { try? await offPool { try folder.remove() } } }
            return try self.commit(built, in: transaction)
        }
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
            run.report(0.2 * (1 - Double(waiting) / Double(most)), "\(waiting) slices left to segment")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Which slices the data set has, and what they are compared by: as an interrupted run of the job decided, if there was one.
    private func planned(
        _ recipe: LabelingRecipe,
        _ folder: BuildingFolder,
        _ run: JobRun
    ) async throws -> (LabelingPlan, [RegistrationSlice]) {
        if let bytes = try folder.part(Self.membersPart), let members = LabelingMemberBytes.decode(bytes) {
            let plan = try LabelingPlan(members: members, recipe: recipe)
            if let slices = try await self.slices(of: plan, run) { return (plan, slices) }
        }
        while true {
            // What was computed of slices that have been removed meanwhile is worth nothing.
            try folder.clear()
            // Only here, where nothing has been computed yet: crops that change would not fit what was.
            try await self.review.run { run.report(0.2, "comparing the masks of \($0) series") }
            let all = try await self.database.read { try LabelerStore.members(in: $0) }
            let plan = try LabelingPlan(members: all, recipe: recipe)
            try folder.keep(LabelingMemberBytes.encode(plan.members), as: Self.membersPart)
            if let slices = try await self.slices(of: plan, run) { return (plan, slices) }
        }
    }

    private static let membersPart = "members"

    /// Loads crops page by page and keeps only what slices are compared by.
    ///
    /// - Returns: nil where one of the slices was removed since the plan was made.
    private func slices(of plan: LabelingPlan, _ run: JobRun) async throws -> [RegistrationSlice]? {
        guard plan.recipe.source.comparesPictures else { return [] }
        var slices: [RegistrationSlice] = []
        slices.reserveCapacity(plan.members.count)
        for start in stride(from: 0, to: plan.members.count, by: Self.cropPage) {
            try Task.checkCancellation()
            let page = plan.members[start..<min(start + Self.cropPage, plan.members.count)]
            let crops = try await self.database.read { transaction in
                try page.compactMap { try LabelerStore.crop(of: Identifier(bytes: $0.id), in: transaction) }
            }
            guard crops.count == page.count else { return nil }
            slices += try await offPool { crops.map { RegistrationSlice($0) } }
            run.report(
                0.2 + 0.1 * Double(slices.count) / Double(plan.members.count),
                "\(slices.count) of \(plan.members.count) slices read"
            )
        }
        return slices
    }
}

extension Labeling.LabelSource {
    /// The source that a message names.
    init(_ source: Contracts.LabelSource) {
        switch source {
        case .transformer: self = .transformer
        case .unwarped: self = .unwarped
        case .adjacency: self = .adjacency
        case .height: self = .height
        }
    }
}

/// Why no data set could be built.
struct DataSetFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
