import Contracts
import ImageCodecs
import Lungs
import ServiceKit
import Storage
import Wire

/// Answers to those who need the lungs rather than the pixels.
extension IngestService {
    /// Most slices of one request: their reply fits a frame many times over.
    static let lungsMaximum = 64

    /// The lungs of stored slices; of those that came in lately without looking at their pixels.
    func lungs(_ request: FetchLungs) async throws -> FetchLungs.Reply {
        guard request.sliceIDs.count <= Self.lungsMaximum else {
            throw Refusal(.badArgument, "more than \(Self.lungsMaximum) slices in one request")
        }
        let pixels = try await self.database.read { transaction in
            try request.sliceIDs.map { try IngestStore.slice($0, in: transaction)?.pixels }
        }
        var lungs = pixels.map { $0.flatMap { self.recent[$0] } }
        for (index, digest) in pixels.enumerated() where lungs[index] == nil {
            guard let digest else { continue }
            lungs[index] = try await offPool {
                let slice = try self.pixels.get(digest)
                return FoundLungs(in: slice)
            }
        }
        return FetchLungs.Reply(lungs: lungs)
    }

    /// The lungs of a query image: read like an object that is stored, but nothing is kept.
    func findLungs(_ request: FindLungs) async throws -> FindLungs.Reply {
        let read = try await self.query(request.bytes)
        let names = read.names
        let stored = try await self.database.read { try IngestStore.slice(names.slice, in: $0) }
        return FindLungs.Reply(
            lungs: read.lungs,
            sliceID: names.slice,
            seriesID: names.series,
            patientID: names.patient,
            studyID: names.study,
            isStored: stored != nil
        )
    }

    /// Reads a query image.
    ///
    /// - Throws: `badArgument` where it is no usable slice.
    func query(_ bytes: [UInt8]) async throws -> ReadSlice {
        do {
            let object = try await offPool { Digest(of: bytes) }
            return try await self.reader.read(bytes, object: object) { $0 }
        } catch let refusal as DecodingRefusal {
            throw Refusal(.badArgument, "\(refusal.reason): \(refusal.detail)")
        }
    }
}
