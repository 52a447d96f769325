import Contracts
import Learning
import Lungs
import ServiceKit
import Wire

/// A data set with the crops of its slices, ready to be trained on.
struct TrainingData: Sendable {
    let dataSetID: Identifier
    let hash: Fingerprint
    let training: TrainingSide
    let test: TrainingSide
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
        var samples: (training: [TrainingSample], test: [TrainingSample]) = ([], [])
        var places = [Int?](repeating: nil, count: dataSet.members.count)
        for (index, member) in dataSet.members.enumerated() {
            guard let crop = crops[index] else { continue }
            let sample = TrainingSample(
                id: member.sliceID.bytes,
                patient: member.patientID.bytes,
                crop: crop
            )
            places[index] = member.isTest ? samples.test.count : samples.training.count
            if member.isTest { samples.test.append(sample) } else { samples.training.append(sample) }
        }
        let pairs = try await self.pairs(of: dataSet, places: places) { share in
            report(0.9 + 0.1 * share, "fetching pairs")
        }
        return TrainingData(
            dataSetID: dataSetID,
            hash: dataSet.summary.hash,
            training: TrainingSide(samples: samples.training, pairs: pairs.training),
            test: TrainingSide(samples: samples.test, pairs: pairs.test),
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
        let reply: FetchPixels.Reply
        do {
            reply = try await self.ingest.call(FetchPixels(sliceID: sliceID), timeout: self.patience)
        } catch let refusal as Refusal where refusal.code == .notFound {
            self.metrics.slices.add(1, "gone")
            return nil
        }
        let slice = reply.slice.ctSlice
        let crop = try await offPool {
            let segmentation = LungSegmenter().segment(slice)
            return segmentation.containsLung ? lungCrop(of: slice, segmentation: segmentation) : nil
        }
        self.metrics.slices.add(1, crop == nil ? "noLung" : "cropped")
        return crop
    }

    /// The pairs of each side, page by page.
    ///
    /// - Parameter places: for each member its place among the samples of its side; nil where it was left out.
    private func pairs(
        of dataSet: FetchDataSet.Reply,
        places: [Int?],
        report: (Double) -> Void
    ) async throws -> (training: [TrainingPair], test: [TrainingPair]) {
        var pairs: (training: [TrainingPair], test: [TrainingPair]) = ([], [])
        var after: UInt64? = 0
        while let start = after {
            try Task.checkCancellation()
            let page = try await self.labeler.call(
                FetchPairs(
                    dataSetID: dataSet.summary.dataSetID,
                    after: start,
                    limit: UInt32(Limits.pagePairsMaximum)
                ),
                timeout: self.patience
            )
            for record in page.pairs {
                guard let pair = Self.pair(record, places: places) else { continue }
                let isTest = dataSet.members[Int(record.first)].isTest
                // The labeler pairs members of one side only; anything else is no pair to learn from.
                guard dataSet.members[Int(record.second)].isTest == isTest else { continue }
                if isTest { pairs.test.append(pair) } else { pairs.training.append(pair) }
            }
            guard page.next.map({ $0 > start }) ?? true else {
                throw Refusal(.internalFailure, "the labeler's pages of pairs do not go on")
            }
            after = page.next
            report(Double(page.next ?? dataSet.summary.pairCount) / Double(max(dataSet.summary.pairCount, 1)))
        }
        return pairs
    }

    private static func pair(_ record: LabeledPairRecord, places: [Int?]) -> TrainingPair? {
        guard Int(record.first) < places.count, Int(record.second) < places.count,
            let first = places[Int(record.first)], let second = places[Int(record.second)]
        else { return nil }
        return TrainingPair(
            first: first,
            second: second,
            outlineSimilarity: record.outline,
            detailSimilarity: record.detail,
            grade: record.grade
        )
    }
}
