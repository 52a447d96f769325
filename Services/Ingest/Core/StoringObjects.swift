import Contracts
import ServiceKit
import Storage
import Wire

/// Several objects in one request.
extension IngestService {
    /// Most objects of one request.
    static let objectsMaximum = 64
    /// Objects of one request that are read at the same time: while one waits for the disk another one computes.
    private static let concurrency = 3

    /// Reads objects and writes their pixels; the catalog changes only in the transaction of what is returned, for all of
    /// them together.
    func store(
        _ request: StoreObjects
    ) async throws -> @Sendable (Transaction) throws -> StoreObjects.Reply {
        let objects = request.objects
        guard objects.count <= Self.objectsMaximum else {
            throw Refusal(.badArgument, "more than \(Self.objectsMaximum) objects in one request")
        }
        let commits = try await withThrowingTaskGroup(of: (Int, PreparedCommit).self) { group in
            var commits = [PreparedCommit?](repeating: nil, count: objects.count)
            for (index, object) in objects.enumerated() {
                if index >= Self.concurrency, let (done, commit) = try await group.next() {
                    commits[done] = commit
                }
                group.addTask { (index, try await self.prepare(object)) }
            }
            while let (done, commit) = try await group.next() { commits[done] = commit }
            return commits.compactMap { $0 }
        }
        return { transaction in
            let done = try commits.map { try $0(transaction) }
            // Only now: another one of the objects may have the same pixels.
            for unused in Set(done.compactMap(\.unused)) { try self.releasePixels(unused, in: transaction) }
            return StoreObjects.Reply(results: done.map { StoredObject($0.reply) })
        }
    }
}
