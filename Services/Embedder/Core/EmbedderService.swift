import Contracts
import Learning
import Lungs
import ServiceKit
import Storage
import Tomography
import WSSENet
import Wire

/// Makes embeddings: of stored slices, once for each kept generation, and of query pixels.
struct EmbedderService: Sendable {
    let database: StateDatabase
    let events: EventLog
    let ingest: ServiceClient
    let trainer: ServiceClient
    let metrics: EmbedderMetrics
    let shelf: ModelShelf
    let catchUp = CatchUp()

    // MARK: What the followed logs bring (inside the follower's transaction)

    func sliceStored(_ slice: SliceMetadata, in transaction: Transaction) throws {
        try EmbedderStore.insert(slice, in: transaction)
        for generation in try EmbedderStore.generations(in: transaction) where generation.isKept {
            try EmbedderStore.enqueue(slice.sliceID, for: generation, in: transaction)
        }
    }

    func sliceRemoved(_ sliceID: Identifier, in transaction: Transaction) throws {
        try EmbedderStore.removeSlice(sliceID, in: transaction)
        for generation in try EmbedderStore.generations(in: transaction) {
            guard try EmbedderStore.hasEmbedding(sliceID, generation: generation, in: transaction) else {
                continue
            }
            try EmbedderStore.removeEmbedding(of: sliceID, generation: generation, in: transaction)
            let event = EmbeddingRemoved(sliceID: sliceID, fingerprint: generation.fingerprint)
            try self.events.append(event, key: sliceID.description, in: transaction)
        }
    }

    /// Ingest started over with another log, which will tell of all its slices anew.
    func archiveReplaced(in transaction: Transaction) throws {
        for sliceID in try EmbedderStore.sliceIDs(in: transaction) {
            try self.sliceRemoved(sliceID, in: transaction)
        }
        try EmbedderStore.setPlace(nil, in: transaction)
        self.catchUp.forget()
    }

    func modelPromoted(_ fingerprint: Fingerprint, in transaction: Transaction) throws {
        try EmbedderStore.setWanted(fingerprint, in: transaction)
        try EmbedderStore.models.enqueue(
            key: fingerprint.description,
            payload: fingerprint.bytes,
            in: transaction
        )
    }

    // MARK: Work

    /// Fetches a promoted model and starts its generation, or takes up again one that is known.
    func startGeneration(_ item: WorkItem) async throws -> @Sendable (Transaction) throws -> Void {
        let fingerprint = try EmbedderStore.fingerprint(item.payload)
        let fetched = try await self.trainer.call(FetchModel(fingerprint: fingerprint), timeout: .seconds(30))
        let model: EmbeddingModel
        do {
            model = try EmbeddingModel(serialized: fetched.bytes)
        } catch {
            throw Self.unreadable(error)
        }
        guard model.fingerprint == fingerprint.bytes else {
            throw PermanentFailure("the model's bytes have another fingerprint than the one promoted")
        }
        let started = GenerationStarted(fingerprint: fingerprint, parts: model.partRecords)
        return { transaction in
            // A promotion that came later wins, also when this one's model took longer to come.
            guard try EmbedderStore.wanted(in: transaction) == fingerprint else { return }
            // What was being built for an older one stops to be the next.
            for other in try EmbedderStore.generations(in: transaction)
            where other.state == .building && other.fingerprint != fingerprint {
                try self.retire(other, in: transaction)
            }
            if try EmbedderStore.generation(fingerprint, in: transaction) == nil {
                try EmbedderStore.insertGeneration(fingerprint, model: fetched.bytes, in: transaction)
            }
            guard let generation = try EmbedderStore.generation(fingerprint, in: transaction),
                generation.state != .serving
            else { return }
            try EmbedderStore.setState(.building, of: generation, in: transaction)
            try self.events.append(started, key: fingerprint.description, in: transaction)
            try EmbedderStore.enqueueMissing(of: generation, in: transaction)
        }
    }

    func commit(
        _ result: SliceEmbedding.Result,
        of metadata: SliceMetadata,
        generation: Generation,
        in transaction: Transaction
    ) throws {
        let sliceID = metadata.sliceID
        // Other metadata: removed and stored again since the pixels were fetched; its own work is waiting.
        guard try EmbedderStore.metadata(sliceID, in: transaction) == metadata,
            try EmbedderStore.generation(generation.fingerprint, in: transaction)?.isKept == true,
            try !EmbedderStore.hasEmbedding(sliceID, generation: generation, in: transaction)
        else { return }
        switch result {
        case .refused(let reason):
            try EmbedderStore.refuse(sliceID, generation: generation, reason: reason, in: transaction)
            transaction.afterCommit { self.metrics.slices.add(1, "refused") }
        case .embedded(let vector, _):
            try EmbedderStore.insertEmbedding(vector, of: sliceID, generation: generation, in: transaction)
            let embedding = Embedding(
                sliceID: sliceID,
                seriesID: metadata.seriesID,
                studyID: metadata.studyID,
                patientID: metadata.patientID,
                fingerprint: generation.fingerprint,
                vector: vector,
                attributes: metadata.searchAttributes
            )
            transaction.afterCommit { self.metrics.slices.add(1, "embedded") }
            let event = EmbeddingCreated(embedding: embedding)
            try self.events.append(event, key: sliceID.description, in: transaction)
        }
    }

    /// When every slice of the generation being built is embedded it takes over; the one before stands by.
    func completeGenerations() async throws {
        let candidate = try await self.database.read { transaction in
            try EmbedderStore.generations(in: transaction).last { $0.state == .building }
        }
        guard let candidate, try await self.knowsArchive(for: candidate) else { return }
        try await self.database.write { transaction in
            let generations = try EmbedderStore.generations(in: transaction)
            guard let building = generations.last(where: { $0.state == .building }),
                building.number == candidate.number
            else { return }
            let progress = try EmbedderStore.progress(of: building, in: transaction)
            // What has failed for good is a dead letter with its reason: it does not hold the generation back.
            guard try EmbedderStore.slices.count(in: transaction) == 0 else { return }
            for other in generations where other.number != building.number {
                if other.state == .standby { try self.retire(other, in: transaction) }
                if other.state == .serving {
                    try EmbedderStore.setState(.standby, of: other, in: transaction)
                }
            }
            try EmbedderStore.setState(.serving, of: building, in: transaction)
            guard let bytes = try EmbedderStore.model(building.fingerprint, in: transaction) else { return }
            let ready = ModelReady(
                fingerprint: building.fingerprint,
                parts: try EmbeddingModel(serialized: bytes).partRecords,
                count: UInt64(progress.embedded)
            )
            try self.events.append(ready, key: building.fingerprint.description, in: transaction)
        }
    }

    /// Whether ingest's log has taken effect as far as it went when this generation was first asked about: a fresh
    /// embedder must not serve before it knows the slices. Where ingest is away, what is known is all there is.
    private func knowsArchive(for generation: Generation) async throws -> Bool {
        let place = try await self.database.read { try EmbedderStore.place(in: $0) }
        if !self.catchUp.knows(generation.fingerprint) {
            guard let head = try? await self.ingest.call(Hello(), timeout: .seconds(1)).headSeq else {
                return place != nil
            }
            self.catchUp.note(head: head, for: generation.fingerprint)
        }
        return self.catchUp.isReached(at: place ?? 0)
    }

    private func retire(_ generation: Generation, in transaction: Transaction) throws {
        try EmbedderStore.setState(.retired, of: generation, in: transaction)
        try EmbedderStore.dropEmbeddings(of: generation, in: transaction)
        let event = GenerationRetired(fingerprint: generation.fingerprint)
        try self.events.append(event, key: generation.fingerprint.description, in: transaction)
        self.shelf.forget(generation.fingerprint)
    }

    /// The model of a generation, ready to compute with.
    ///
    /// - Throws: `PermanentFailure` where it is of an older Carina.
    func embedder(_ fingerprint: Fingerprint) async throws -> SliceEmbedder? {
        do {
            return try await self.shelf.embedder(fingerprint) { [database = self.database] in
                try await database.read { try EmbedderStore.model(fingerprint, in: $0) }
            }
        } catch let error as ModelFileError {
            throw Self.unreadable(error)
        }
    }

    /// Trying again would not help, training again does.
    private static func unreadable(_ error: ModelFileError) -> PermanentFailure {
        PermanentFailure("this embedder cannot read the model, train another one: \(error)")
    }
}
