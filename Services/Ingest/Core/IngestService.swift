import Contracts
import ImageCodecs
import Lungs
import Rendering
import ServiceKit
import Storage
import Wire

/// Takes objects in, keeps the catalog and the pixels, and tells of both.
struct IngestService: Sendable {
    let database: StateDatabase
    let events: EventLog
    let reader: ObjectReader
    let pixels: PixelStore
    let recent: RecentLungs
    let metrics: IngestMetrics
    let clock: WallClock

    /// What `store` decided, to be committed in one transaction with the reply.
    typealias Commit = @Sendable (Transaction) throws -> StoreObject.Reply
    /// The same but for pixels that were written and may be needed by nobody: `releasePixels` has to follow, when
    /// nothing else of the transaction can take them up any more.
    typealias PreparedCommit = @Sendable (Transaction) throws -> (reply: StoreObject.Reply, unused: Digest?)

    /// Reads an object and writes its pixels; the catalog changes only in the transaction of what is returned.
    func store(_ bytes: [UInt8]) async throws -> Commit {
        let prepared = try await self.prepare(bytes)
        return { transaction in
            let (reply, unused) = try prepared(transaction)
            if let unused { try self.releasePixels(unused, in: transaction) }
            return reply
        }
    }

    /// The same for one of several objects of one transaction.
    func prepare(_ bytes: [UInt8]) async throws -> PreparedCommit {
        let start = ContinuousClock.now
        let (object, known) = try await offPool {
            let object = Digest(of: bytes)
            return (object, try self.database.readBlocking { try IngestStore.slice(object: object, in: $0) })
        }
        if let known {
            self.metrics.objects.add(1, "duplicate")
            return { _ in (.duplicate(of: known.metadata), nil) }
        }
        self.metrics.stages.note("look up", since: start)
        do {
            return try await self.reader.read(bytes, object: object) { read -> PreparedCommit in
                let start = ContinuousClock.now
                let pixels = try self.pixels.put(read.slice)
                self.recent.keep(read.lungs, of: pixels)
                let written = self.metrics.stages.note("write", since: start)
                let slice = StoredSlice(metadata: read.metadata, pixels: pixels, object: object)
                return { transaction in
                    transaction.afterCommit { self.metrics.stages.note("commit", since: written) }
                    return try self.commit(slice, in: transaction)
                }
            }
        } catch let refusal as DecodingRefusal {
            return { (try self.refuse(object, refusal, in: $0), nil) }
        }
    }

    /// - Parameter slice: what was read; the event's number is not known yet.
    private func commit(
        _ slice: StoredSlice,
        in transaction: Transaction
    ) throws -> (reply: StoreObject.Reply, unused: Digest?) {
        let (pixels, object) = (slice.pixels, slice.object)
        if let known = try IngestStore.slice(slice.metadata.sliceID, in: transaction) {
            if known.pixels == pixels {
                self.metrics.objects.add(1, "duplicate")
                return (.duplicate(of: known.metadata), nil)
            }
            let detail = "another object with this SOP instance UID and other pixels is stored"
            return (try self.refuse(object, DecodingRefusal(.conflict, detail), in: transaction), pixels)
        }
        // A removal of the same pixels may have come between their writing and this commit.
        guard self.pixels.contains(pixels) else {
            throw Refusal(.busy, "the same pixels are being removed; try again", isRetriable: true)
        }
        var metadata = slice.metadata
        metadata.storedSeq = try self.events.nextSeq(in: transaction)
        try IngestStore.insert(
            StoredSlice(metadata: metadata, pixels: pixels, object: object),
            in: transaction
        )
        try Quarantine.release(object, in: transaction)
        try self.events.append(
            SliceStored(slice: metadata),
            key: metadata.sliceID.description,
            in: transaction
        )
        try SeriesWatch.touch(
            metadata.seriesID,
            patientID: metadata.patientID,
            timeMilliseconds: self.clock.now(),
            in: transaction
        )
        self.metrics.objects.add(1, "stored")
        let reply = StoreObject.Reply(
            outcome: .stored,
            sliceID: metadata.sliceID,
            seriesID: metadata.seriesID,
            reason: "",
            detail: ""
        )
        return (reply, nil)
    }

    private func refuse(
        _ object: Digest,
        _ refusal: DecodingRefusal,
        in transaction: Transaction
    ) throws -> StoreObject.Reply {
        try Quarantine.insert(object, refusal, timeMilliseconds: self.clock.now(), in: transaction)
        self.metrics.objects.add(1, "refused")
        self.metrics.refusals.add(1, refusal.reason.rawValue)
        return StoreObject.Reply(
            outcome: .refused,
            sliceID: nil,
            seriesID: nil,
            reason: refusal.reason.rawValue,
            detail: refusal.detail
        )
    }

    /// Forgets slices: the catalog at once, their pixel files right after the commit.
    func remove(_ request: Remove, in transaction: Transaction) throws -> Remove.Reply {
        let slices = try IngestStore.slices(request.scope, request.id, in: transaction)
        for slice in slices {
            let metadata = slice.metadata
            try IngestStore.remove(metadata.sliceID, in: transaction)
            try self.events.append(
                SliceRemoved(sliceID: metadata.sliceID, seriesID: metadata.seriesID),
                key: metadata.sliceID.description,
                in: transaction
            )
            try SeriesWatch.touch(
                metadata.seriesID,
                patientID: metadata.patientID,
                timeMilliseconds: self.clock.now(),
                in: transaction
            )
        }
        for pixels in Set(slices.map(\.pixels)) { try self.releasePixels(pixels, in: transaction) }
        return Remove.Reply(count: UInt32(slices.count))
    }

    /// Removes a pixel file after the commit unless some slice needs it.
    func releasePixels(_ pixels: Digest, in transaction: Transaction) throws {
        guard try !IngestStore.usesPixels(pixels, in: transaction) else { return }
        // No slice can take the file up between this look and its removal: none is committed together with it later.
        transaction.endGroup()
        transaction.afterCommit {
            self.recent.forget(pixels)
            try? self.pixels.remove(pixels)
        }
    }

    /// Removes pixel files that no slice needs: a process that ends between a file's write or removal and the commit
    /// beside it leaves one.
    func sweepPixels() async throws {
        let digests = try await offPool { self.pixels.digests() }
        for start in stride(from: 0, to: digests.count, by: Limits.pageRowsMaximum) {
            let page = digests[start..<min(start + Limits.pageRowsMaximum, digests.count)]
            try await self.database.write { transaction in
                for pixels in page { try self.releasePixels(pixels, in: transaction) }
            }
        }
    }

    /// A query image: read like an object that is stored, but nothing is kept.
    func decode(_ request: DecodeObject) async throws -> DecodeObject.Reply {
        let read = try await self.query(request.bytes)
        let stored = try await self.database.read { try IngestStore.slice(read.names.slice, in: $0) }
        return DecodeObject.Reply(
            slice: SlicePixels(read.slice),
            sliceID: read.names.slice,
            seriesID: read.names.series,
            patientID: read.names.patient,
            studyID: read.names.study,
            isStored: stored != nil,
            lungAreaSquareCentimeters: read.lungs.areaSquareCentimeters
        )
    }

    /// The slice as a JPEG in the lung window, with the lungs' outlines when wanted.
    func preview(_ request: Preview) async throws -> Preview.Reply {
        let digest = try await self.stored(request.sliceID).pixels
        return try await offPool {
            let slice = try self.pixels.get(digest)
            let mask = request.drawOutline ? LungSegmenter().segment(slice).mask : nil
            let side = min(max(Int(request.side), 32), Limits.previewSideMaximum)
            let image = renderPreview(slice: slice, mask: mask, side: side)
            let jpeg = try JPEGCodec.encode(
                rgb: image.pixels,
                width: image.width,
                height: image.height,
                quality: 88
            )
            return Preview.Reply(jpeg: jpeg)
        }
    }

    /// - Throws: `notFound`.
    func stored(_ sliceID: Identifier) async throws -> StoredSlice {
        guard let slice = try await self.database.read({ try IngestStore.slice(sliceID, in: $0) }) else {
            throw Refusal(.notFound, "no slice has the id \(sliceID)")
        }
        return slice
    }
}

extension RefusalReason {
    /// The same instance, other pixels.
    static let conflict = RefusalReason(rawValue: "conflict")
}

extension StoreObject.Reply {
    static func duplicate(of slice: SliceMetadata) -> Self {
        Self(outcome: .duplicate, sliceID: slice.sliceID, seriesID: slice.seriesID, reason: "", detail: "")
    }
}
