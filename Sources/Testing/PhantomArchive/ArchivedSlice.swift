package import Contracts
private import Phantom
package import Tomography
private import Wire

/// A phantom slice as ingest would have it: pixels and what is known of them.
package struct ArchivedSlice: Sendable {
    /// As ingest's events tell it; `storedSeq` is filled in when it is stored.
    package let metadata: SliceMetadata
    /// The pixels.
    package let slice: CTSlice

    /// Takes the series of some synthetic patients, one series each.
    ///
    /// - Parameters:
    ///   - seeds: one patient each; the same seed is the same patient with the same pictures and ids.
    ///   - sliceCount: slices of each series, from the lungs' apex to their base.
    ///   - size: rows and columns.
    package static func slices(ofPatients seeds: [UInt64], sliceCount: Int, size: Int) -> [ArchivedSlice] {
        seeds.flatMap { seed in
            var parameters = PhantomParameters.drawn(seed: seed, sliceCount: sliceCount, size: size)
            parameters.imaging.thicknessMillimeters = 1.25
            let series = PhantomSeries(parameters)
            return (0..<series.count).compactMap { index -> ArchivedSlice? in
                series.slice(at: index).slice.map { slice in
                    ArchivedSlice(
                        metadata: Self.metadata(of: slice, seed: seed, index: index, series: series),
                        slice: slice
                    )
                }
            }
        }
    }

    private static func metadata(
        of slice: CTSlice,
        seed: UInt64,
        index: Int,
        series: PhantomSeries
    ) -> SliceMetadata {
        SliceMetadata(
            sliceID: Self.identifier(seed, 1 + UInt64(index)),
            seriesID: Self.identifier(seed, 1 << 32),
            studyID: Self.identifier(seed, 2 << 32),
            patientID: Self.identifier(seed, 3 << 32),
            scale: slice.scale,
            rows: UInt32(slice.rows),
            columns: UInt32(slice.columns),
            offsetMillimeters: series.heights[index],
            thicknessMillimeters: series.parameters.imaging.thicknessMillimeters,
            kernel: series.parameters.imaging.kernel.rawValue,
            studyDate: series.parameters.studyDate,
            lungAreaSquareCentimeters: 0,
            storedSeq: 0
        )
    }

    private static func identifier(_ seed: UInt64, _ number: UInt64) -> Identifier {
        Identifier(
            bytes: [seed, number].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
            }
        )
    }
}
