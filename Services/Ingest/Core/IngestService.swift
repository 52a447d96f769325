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
    let metrics: IngestMetrics
    let clock: WallClock

    /// What `store` decided, to be committed in one transaction with the reply.
    typealias Commit = @Sendable (Transaction) throws -> StoreObject.Reply

    /// Reads an object and writes its pixels; the catalog changes only in the transaction of what is returned.
    func store(_ bytes: [UInt8]) async throws -> Commit {
        let object = Digest(of: bytes)
        if let known = try await self.database.read({ try IngestStore.slice(object: object, in: $0) }) {
            self.metrics.objects.add(1, "duplicate")
            return { _ in .duplicate(of: known.metadata) }
        }
        let start = ContinuousClock.now
        do {
            let read = try await self.reader.read(bytes)
            self.metrics.seconds.observe(start.duration(to: .now) / .seconds(1))
            let pixels = try await offPool { try self.pixels.put(read.slice) }
            return { try self.commit(read, pixels: pixels, in: $0) }
        } catch let refusal as DecodingRefusal {
            return { try self.refuse(object, refusal, in: $0) }
        }
    }

    private func commit(
        _ read: ReadSlice,
        pixels: Digest,
        in transaction: Transaction
    ) throws -> StoreObject.Reply {
        if let known = try IngestStore.slice(read.names.slice, in: transaction) {
            if known.pixels == pixels {
                self.metrics.objects.add(1, "duplicate")
                return .duplicate(of: known.metadata)
            }
            try self.releasePixels(pixels, in: transaction)
            let detail = "another object with this SOP instance UID and other pixels is stored"
            return try self.refuse(read.object, DecodingRefusal(.conflict, detail), in: transaction)
        }
        // A removal of the same pixels may have come between their writing and this commit.
        guard self.pixels.contains(pixels) else {
            throw Refusal(.busy, "the same pixels are being removed; try again", isRetriable: true)
        }
        var metadata = read.metadata
        metadata.storedSeq = try self.events.nextSeq(in: transaction)
        try IngestStore.insert(
            StoredSlice(metadata: metadata, pixels: pixels, object: read.object),
            in: transaction
        )
        try Quarantine.release(read.object, in: transaction)
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
        return StoreObject.Reply(
            outcome: .stored,
            sliceID: metadata.sliceID,
            seriesID: metadata.seriesID,
            reason: "",
            detail: ""
        )
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
    private func releasePixels(_ pixels: Digest, in transaction: Transaction) throws {
        guard try !IngestStore.usesPixels(pixels, in: transaction) else { return }
        // Commits come one after another, so no slice can take the file up between this look and its removal.
        transaction.afterCommit { try? self.pixels.remove(pixels) }
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
        let read: ReadSlice
        do {
            read = try await self.reader.read(request.bytes)
        } catch let refusal as DecodingRefusal {
            throw Refusal(.badArgument, "\(refusal.reason): \(refusal.detail)")
        }
        let stored = try await self.database.read { try IngestStore.slice(read.names.slice, in: $0) }
        return DecodeObject.Reply(
            slice: SlicePixels(read.slice),
            sliceID: read.names.slice,
            seriesID: read.names.series,
            patientID: read.names.patient,
            studyID: read.names.study,
            isStored: stored != nil,
            lungAreaSquareCentimeters: read.segmentation.areaSquareCentimeters
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
