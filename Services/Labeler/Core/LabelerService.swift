import Contracts
import Lungs
import Registration
import ServiceKit
import Storage
import Tomography
import Wire

/// Finds the lungs of every slice that ingest stores, and answers questions about single slices and pairs.
struct LabelerService: Sendable {
    let database: StateDatabase
    let ingest: ServiceClient
    let metrics: LabelerMetrics

    // MARK: What ingest's log brings (inside the follower's transaction)

    func sliceStored(_ slice: SliceMetadata, in transaction: Transaction) throws {
        try LabelerStore.insert(slice, in: transaction)
        try LabelerStore.segmenting.enqueue(
            key: slice.sliceID.description,
            payload: slice.sliceID.bytes,
            in: transaction
        )
    }

    func sliceRemoved(_ sliceID: Identifier, in transaction: Transaction) throws {
        try LabelerStore.segmenting.withdraw(key: sliceID.description, in: transaction)
        try LabelerStore.removeSlice(sliceID, in: transaction)
    }

    // MARK: Work

    /// Most slices whose lungs are fetched and committed together.
    static let batch = 16

    /// Takes the lungs of some stored slices from ingest; they are committed with the end of the work.
    func segment(_ items: [WorkItem]) async throws -> [@Sendable (Transaction) throws -> Void] {
        let sliceIDs = try items.map { item in
            guard let sliceID = Identifier(exactly: item.payload) else {
                throw PermanentFailure("the work names no slice")
            }
            return sliceID
        }
        let start = ContinuousClock.now
        let lungs = try await self.ingest.call(FetchLungs(sliceIDs: sliceIDs)).lungs
        guard lungs.count == sliceIDs.count else {
            throw PermanentFailure("ingest answered for other slices than it was asked for")
        }
        let seconds = start.duration(to: .now).inSeconds / Double(items.count)
        return try zip(sliceIDs, lungs).map { sliceID, found in
            // Removed at ingest; the event that says so is on its way.
            guard let found else { return { _ in } }
            // Read once: what cannot be read must not be stored.
            _ = try SliceLungs(found)
            self.metrics.segmentingSeconds.observe(seconds)
            self.metrics.slices.add(1, found.containsLung ? "lung" : "none")
            return { transaction in
                guard try LabelerStore.metadata(sliceID, in: transaction) != nil else { return }
                try LabelerStore.insert(found, of: sliceID, in: transaction)
                try SeriesStore.noteChange(of: sliceID, in: transaction)
            }
        }
    }

    /// Fetches what ingest found in a slice when it came.
    private func found(in sliceID: Identifier) async throws -> SliceLungs {
        guard let found = try await self.ingest.call(FetchLungs(sliceIDs: [sliceID])).lungs.first ?? nil
        else { throw Refusal(.notFound, "no slice has the id \(sliceID)") }
        return try SliceLungs(found)
    }

    private func pixels(of sliceID: Identifier) async throws -> CTSlice {
        try await self.ingest.call(FetchPixels(sliceID: sliceID)).slice.ctSlice
    }

    /// The lungs of a slice: stored ones, or found now for a slice whose turn has not come yet.
    ///
    /// - Throws: `notFound` when ingest does not have the slice.
    private func lungs(of sliceID: Identifier) async throws -> SliceLungs {
        if let stored = try await self.database.read({ try LabelerStore.lungs(of: sliceID, in: $0) }) {
            return stored
        }
        return try await self.found(in: sliceID)
    }

    // MARK: Answers

    func mask(of sliceID: Identifier) async throws -> FetchMask.Reply {
        let stored = try await self.database.read { transaction in
            (
                try LabelerStore.lungs(of: sliceID, in: transaction),
                try LabelerStore.metadata(sliceID, in: transaction)
            )
        }
        if let lungs = stored.0, let metadata = stored.1 {
            return FetchMask.Reply(
                lungs,
                rows: Int(metadata.rows),
                columns: Int(metadata.columns),
                scale: metadata.scale
            )
        }
        // Its turn has not come yet.
        async let found = self.found(in: sliceID)
        guard
            let metadata = try await self.ingest.call(FetchMetadata(sliceIDs: [sliceID])).slices.first ?? nil
        else { throw Refusal(.notFound, "no slice has the id \(sliceID)") }
        return FetchMask.Reply(
            try await found,
            rows: Int(metadata.rows),
            columns: Int(metadata.columns),
            scale: metadata.scale
        )
    }

    /// How similar two slices are once one is warped onto the other, what the newest data set says of them, and both as pictures.
    ///
    /// - Throws: `notFound` for a slice that ingest does not have, `badArgument` for one without lungs.
    func explain(_ request: ExplainPair) async throws -> ExplainPair.Reply {
        async let firstSlice = self.pixels(of: request.first)
        async let secondSlice = self.pixels(of: request.second)
        async let firstLungs = self.lungs(of: request.first)
        async let secondLungs = self.lungs(of: request.second)
        let slices = (try await firstSlice, try await secondSlice)
        let lungs = (try await firstLungs, try await secondLungs)
        let (label, registration) = try await self.database.read {
            (
                try DataSetStore.newestLabel(of: request.first, request.second, in: $0),
                try DataSetStore.newestRegistration(in: $0)
            )
        }
        guard let first = lungs.0.crop, let second = lungs.1.crop else {
            throw Refusal(.badArgument, "one of the two slices shows too little lung to be compared")
        }
        return try await offPool {
            let model = try registration.map { try RegistrationModel(serialized: $0) }
            let alignment = try SliceAlignment(
                of: second,
                onto: first,
                model: model,
                // Few milliseconds for one pair, and people see the difference.
                refinement: model.map { PairRefinement(recipe: $0.recipe) }
            )
            let measures = alignment.measures
            let picture = PairPicture(
                slices: slices,
                lungs: lungs,
                aligned: AlignedPair(fixed: first, moving: alignment.crop ?? second),
                measures: measures,
                label: label?.pair
            )
            return ExplainPair.Reply(
                outline: measures.gridDice,
                detail: measures.orientation,
                similarity: label?.pair.similarity,
                grade: label?.pair.grade,
                jpeg: try picture.jpeg(),
                density: label?.density,
                overlay: try picture.overlayJPEG()
            )
        }
    }
}
