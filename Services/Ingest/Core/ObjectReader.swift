import Contracts
import ImageCodecs
import Lungs
import ServiceKit
import Storage
import Tomography
import Wire

/// An object that was read and found to be a usable slice.
struct ReadSlice: Sendable {
    let slice: CTSlice
    let names: SliceNames
    let facts: ImageFacts
    let segmentation: LungSegmentation
    /// SHA-256 of the object's bytes.
    let object: Digest

    /// What the catalog says of it; the event's number is not known yet.
    var metadata: SliceMetadata {
        SliceMetadata(
            sliceID: self.names.slice,
            seriesID: self.names.series,
            studyID: self.names.study,
            patientID: self.names.patient,
            scale: self.slice.scale,
            rows: UInt32(self.slice.rows),
            columns: UInt32(self.slice.columns),
            offsetMillimeters: Self.pose(of: self.facts)?.offsetMillimeters,
            thicknessMillimeters: self.facts.thicknessMillimeters,
            kernel: self.facts.kernel,
            studyDate: self.facts.studyDate,
            lungAreaSquareCentimeters: self.segmentation.areaSquareCentimeters,
            storedSeq: 0
        )
    }

    private static func pose(of facts: ImageFacts) -> SlicePose? {
        guard let position = facts.position, let directions = facts.directions else { return nil }
        return SlicePose(
            position: position,
            rowDirection: directions.row,
            columnDirection: directions.column
        )
    }
}

/// From an object's bytes to a slice with lungs, or the reason why not.
struct ObjectReader: Sendable {
    let decoder: any ObjectDecoder
    let pseudonyms: Pseudonyms

    /// - Throws: `DecodingRefusal`: not a CT slice, damaged, too large, no lung, …
    func read(_ bytes: [UInt8]) async throws -> ReadSlice {
        let object = Digest(of: bytes)
        let decoded = try await self.decoder.decode(bytes)
        let spacing = decoded.spacing.map {
            PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        }
        guard spacing?.isPlausible ?? true else {
            throw DecodingRefusal(.damaged, "pixel spacing that no CT of a body has")
        }
        guard decoded.rows <= Limits.sliceSideMaximum, decoded.columns <= Limits.sliceSideMaximum else {
            throw DecodingRefusal(
                .tooLarge,
                "\(decoded.rows) × \(decoded.columns) pixels are more than \(Limits.sliceSideMaximum) a side"
            )
        }
        let scale: IntensityScale = decoded.scale == .hounsfield ? .hounsfield : .grey8
        guard
            let slice = CTSlice(
                rows: decoded.rows,
                columns: decoded.columns,
                scale: scale,
                spacing: spacing,
                values: decoded.values
            )
        else { throw DecodingRefusal(.damaged, "rows, columns and pixels do not fit together") }
        let segmentation = try await offPool { LungSegmenter().segment(slice) }
        guard segmentation.containsLung else { throw DecodingRefusal(.noLung, segmentation.reason) }
        return ReadSlice(
            slice: slice,
            names: self.pseudonyms.names(of: decoded.identity, digest: object.bytes),
            facts: decoded.facts,
            segmentation: segmentation,
            object: object
        )
    }
}
