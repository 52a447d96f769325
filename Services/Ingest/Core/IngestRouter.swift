import Contracts
import ServiceKit
import Storage
import Wire

/// From messages to calls of the service.
enum IngestRouter {
    static func register(_ service: IngestService, folders: FolderImport, on host: ServiceHost) {
        host.onChangingAsync(StoreObject.self) { request, _ in try await service.store(request.bytes) }
        host.onChangingAsync(StoreObjects.self) { request, _ in try await service.store(request) }
        host.onChanging(Remove.self) { request, _, transaction in try service.remove(request, in: transaction)
        }
        host.onChanging(ImportFolder.self) { request, _, transaction in
            let folder = try folders.folder(for: request.path)
            return ImportFolder.Reply(
                jobID: try host.jobs.start(FolderImport.jobKind, input: Array(folder.utf8), in: transaction)
            )
        }
        host.on(DecodeObject.self) { request, _ in try await service.decode(request) }
        host.on(FetchLungs.self) { request, _ in try await service.lungs(request) }
        host.on(FindLungs.self) { request, _ in try await service.findLungs(request) }
        host.on(Preview.self) { request, _ in try await service.preview(request) }
        host.on(FetchPixels.self) { request, _ in
            let stored = try await service.stored(request.sliceID)
            return FetchPixels.Reply(
                slice: SlicePixels(try await offPool { try service.pixels.get(stored.pixels) })
            )
        }
        host.on(FetchMetadata.self) { request, _ in
            guard request.sliceIDs.count <= Limits.identifiersMaximum else {
                throw Refusal(.badArgument, "more than \(Limits.identifiersMaximum) slices in one request")
            }
            return try await service.database.read { transaction in
                FetchMetadata.Reply(
                    slices: try request.sliceIDs.map { try IngestStore.slice($0, in: transaction)?.metadata }
                )
            }
        }
        host.on(FetchSeries.self) { request, _ in
            let slices = try await service.database.read { try IngestStore.series(request.seriesID, in: $0) }
            guard let first = slices.first else {
                throw Refusal(.notFound, "no series has the id \(request.seriesID)")
            }
            return FetchSeries.Reply(
                seriesID: request.seriesID,
                patientID: first.patientID,
                sliceIDs: slices.map(\.sliceID)
            )
        }
        host.on(ListSlices.self) { request, _ in
            let limit = min(max(Int(request.limit), 1), Limits.pageRowsMaximum)
            return ListSlices.Reply(
                slices: try await service.database.read {
                    try IngestStore.page(after: request.after, limit: limit, in: $0)
                }
            )
        }
        host.on(ListQuarantine.self) { request, _ in
            let limit = min(max(Int(request.limit), 1), Limits.pageRowsMaximum)
            return try await service.database.read {
                ListQuarantine.Reply(
                    entries: try Quarantine.entries(after: request.after, limit: limit, in: $0),
                    counts: try Quarantine.counts(in: $0)
                )
            }
        }
    }
}
