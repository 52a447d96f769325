import Contracts
import Labeling
import Logging
import Lungs
import ServiceKit
import Storage
import Tomography
import Wire

/// Compares the masks of each series, which were found slice by slice as slices arrived, with their neighbors,
/// and replaces the few that are wrong.
struct SeriesReview: Sendable {
    let database: StateDatabase
    let ingest: ServiceClient
    let logger: Logger
    /// How long ingest may take for a slice.
    var patience = Limits.replyWait

    /// Series of fewer slices are left as they are: as for the labels, they count as single slices.
    private static let sliceMinimum = LabelingRecipe().sequenceMinimum

    /// Reviews all series that changed since they were reviewed last, one at a time. A series whose pixels are
    /// needed but cannot be had goes on waiting.
    ///
    /// - Parameter report: told how many series are left.
    /// - Throws: `CancellationError`, or `StorageError`.
    func run(report: (Int) -> Void) async throws {
        let waiting = try await self.database.read { try SeriesStore.unreviewed(in: $0) }
        var pixels = PixelSource(ingest: self.ingest, patience: self.patience)
        for (place, series) in waiting.enumerated() {
            try Task.checkCancellation()
            report(waiting.count - place)
            do {
                let changed = try await self.changed(series, &pixels)
                try await self.store(changed, of: series)
            } catch let error as StorageError {
                throw error
            } catch {
                try Task.checkCancellation()
                self.logger.warning(
                    "the masks of a series could not be compared",
                    metadata: ["series": "\(series.seriesID)", "reason": "\(reason(of: error))"]
                )
            }
        }
    }

    /// A slice whose mask changes.
    private struct Changed {
        let sliceID: Identifier
        let lungs: FoundLungs
        /// Whether its neighbors changed it; else it is again what was found in the slice alone.
        let isReviewed: Bool
    }

    private func changed(_ series: SeriesStore.Unreviewed, _ pixels: inout PixelSource) async throws
        -> [Changed]
    {
        let stored = try await self.database.read { try SeriesStore.lungs(of: series.seriesID, in: $0) }
        // Each review starts from what was found in the slices alone: so it does not matter which arrived when.
        var masks = stored.map(\.placed)
        for (index, slice) in stored.enumerated() where slice.isReviewed {
            let alone = try await pixels.segmentation(of: slice.sliceID).found.mask
            masks[index] = PlacedMask(mask: alone, offsetMillimeters: slice.placed.offsetMillimeters)
        }
        let (alone, isLong) = (masks, masks.count >= Self.sliceMinimum)
        let labels = try await offPool { isLong ? LungSegmenter().reviewed(series: alone) : [:] }
        var changed: [Changed] = []
        for (index, slice) in stored.enumerated() {
            let wanted = labels[index] ?? masks[index].mask.labels
            guard wanted != slice.placed.mask.labels else { continue }
            let (pixels, found) = try await pixels.segmentation(of: slice.sliceID)
            guard found.mask.labels.count == wanted.count else {
                throw DataSetFailure("a stored mask is of another size than its slice's")
            }
            changed.append(
                Changed(
                    sliceID: slice.sliceID,
                    lungs: try await offPool { FoundLungs(found.replacing(wanted), of: pixels) },
                    isReviewed: labels[index] != nil
                )
            )
        }
        return changed
    }

    private func store(_ changed: [Changed], of series: SeriesStore.Unreviewed) async throws {
        try await self.database.write { transaction in
            // A slice that arrived or went meanwhile may change what is right: the next data set looks again.
            guard try SeriesStore.finish(series, in: transaction) else { return }
            for slice in changed {
                try LabelerStore.insert(
                    slice.lungs,
                    of: slice.sliceID,
                    isReviewed: slice.isReviewed,
                    in: transaction
                )
            }
        }
    }
}

/// Slices fetched from ingest, which is asked no more once it did not answer: a review of many series would wait
/// for it each time.
private struct PixelSource {
    let ingest: ServiceClient
    let patience: Duration
    private var silence: (any Error)?

    init(ingest: ServiceClient, patience: Duration) {
        self.ingest = ingest
        self.patience = patience
    }

    /// A slice, and what is found in it alone.
    ///
    /// - Throws: `Refusal` for a slice that ingest does not have, or why ingest did not answer.
    mutating func segmentation(of sliceID: Identifier) async throws -> (
        slice: CTSlice, found: LungSegmentation
    ) {
        if let silence { throw silence }
        let slice: CTSlice
        do {
            slice = try await self.ingest.call(FetchPixels(sliceID: sliceID), timeout: self.patience).slice
                .ctSlice
        } catch {
            if !(error is Refusal) { self.silence = error }
            throw error
        }
        return try await offPool { (slice, LungSegmenter().segment(slice)) }
    }
}
