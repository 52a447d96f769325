import Contracts
import Lungs
import ServiceKit
import WSSENet
import Wire

/// A data set with the crops of its slices, ready to be trained on.
struct TrainingData: Sendable {
    let dataSetID: Identifier
    let hash: Fingerprint
    let training: TrainingSet
    /// Nil where the data set has no slice to test with.
    let test: TrainingSet?
    /// Whether the data set says where slices are equally dense.
    let hasDensities: Bool
    /// The slices of both sides (16 bytes each), as the indices of the sets count them.
    let slices: [UInt8]
    /// Members whose slice is gone or shows no lung.
    let leftOut: Int
}

/// Fetches a data set from the labeler and its slices from ingest.
struct TrainingReader: Sendable {
    let ingest: ServiceClient
    let labeler: ServiceClient
    /// Slices in memory at the same time besides the crops.
    let workers: Int
    let patience: Duration
    let metrics: TrainerMetrics

    /// - Parameter report: called with 0...1 and what is done.
    /// - Throws: what a peer refuses, or `MessagingError` when it does not answer for `patience`.
    func read(
        _ dataSetID: Identifier,
        report: @escaping @Sendable (Double, String) -> Void
    ) async throws -> TrainingData {
        report(0, "fetching the data set")
        let dataSet = try await self.labeler.call(
            FetchDataSet(dataSetID: dataSetID),
            timeout: self.patience
        )
        let crops = try await self.crops(of: dataSet.members) { done in
            report(
                0.9 * Double(done) / Double(dataSet.members.count),
                "\(done) of \(dataSet.members.count) slices read"
            )
        }
        var labels = PairLabels(members: dataSet.members, isPresent: crops.map { $0 != nil })
        try await self.readPairs(of: dataSet.summary, into: &labels) { share in
            report(0.9 + 0.1 * share, "fetching pairs")
        }
        let (training, test) = (labels.training, labels.test)
        return TrainingData(
            dataSetID: dataSetID,
            hash: dataSet.summary.hash,
            training: training.set(crops, dataSet.members),
            test: test.members.isEmpty ? nil : test.set(crops, dataSet.members),
            hasDensities: labels.hasDensities,
            slices: (training.members + test.members).flatMap { dataSet.members[$0].sliceID.bytes },
            leftOut: crops.count { $0 == nil }
        )
    }

    /// The crops in the members' order, whatever the order of their arrival.
    private func crops(
        of members: [DataSetMember],
        report: @escaping @Sendable (Int) -> Void
    ) async throws -> [LungCrop?] {
        try await withThrowingTaskGroup(of: (Int, LungCrop?).self) { group in
            var crops = [LungCrop?](repeating: nil, count: members.count)
            var (started, done) = (0, 0)
            while done < members.count {
                while started < members.count, started - done < self.workers {
                    let index = started
                    group.addTask { (index, try await self.crop(of: members[index].sliceID)) }
                    started += 1
                }
                guard let (index, crop) = try await group.next() else { break }
                crops[index] = crop
                done += 1
                report(done)
            }
            return crops
        }
    }

    /// Nil for a slice that was removed, or in which no lung is found any more.
    private func crop(of sliceID: Identifier) async throws -> LungCrop? {
        try Task.checkCancellation()
        let request = FetchLungs(sliceIDs: [sliceID])
        guard let found = try await self.ingest.call(request, timeout: self.patience).lungs.first ?? nil
        else {
            self.metrics.slices.add(1, "gone")
            return nil
        }
        let bytes = found.containsLung ? found.crop : nil
        let crop = bytes.flatMap { LungCrop(bytes: $0) }
        guard (crop == nil) == (bytes == nil) else {
            throw Refusal(.internalFailure, "ingest's crop cannot be read")
        }
        self.metrics.slices.add(1, crop == nil ? "noLung" : "cropped")
        return crop
    }

    /// The labels of all pairs, page by page.
    private func readPairs(
        of summary: DataSetSummary,
        into labels: inout PairLabels,
        report: (Double) -> Void
    ) async throws {
        var after: UInt64? = 0
        while let start = after {
            try Task.checkCancellation()
            let page = try await self.labeler.call(
                FetchPairs(
                    dataSetID: summary.dataSetID,
                    after: start,
                    limit: UInt32(Limits.pagePairsMaximum)
                ),
                timeout: self.patience
            )
            labels.add(page)
            guard page.next.map({ $0 > start }) ?? true else {
                throw Refusal(.internalFailure, "the labeler's pages of pairs do not go on")
            }
            after = page.next
            report(Double(page.next ?? summary.pairCount) / Double(max(summary.pairCount, 1)))
        }
    }
}
