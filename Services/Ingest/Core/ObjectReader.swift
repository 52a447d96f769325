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
    /// Mask, verdict and crop.
    let lungs: FoundLungs
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
            lungAreaSquareCentimeters: self.lungs.areaSquareCentimeters,
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
    let stages: StageTimes

    /// Reads an object and does something with the slice, on a thread that may wait.
    ///
    /// - Parameter object: SHA-256 of the bytes.
    /// - Throws: `DecodingRefusal`: not a CT slice, damaged, too large, no lung, …
    func read<Value: Sendable>(
        _ bytes: [UInt8],
        object: Digest,
        use: @escaping @Sendable (ReadSlice) throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        let decoded = try await self.decoder.decode(bytes)
        let decodingEnd = self.stages.note("decode", since: start)
        return try await offPool {
            let slice = try Self.slice(of: decoded)
            let lungs = FoundLungs(in: slice)
            self.stages.note("lungs", since: decodingEnd)
            guard lungs.containsLung else { throw DecodingRefusal(.noLung, lungs.reason) }
            let names = self.pseudonyms.names(of: decoded.identity, digest: object.bytes)
            return try use(
                ReadSlice(slice: slice, names: names, facts: decoded.facts, lungs: lungs, object: object)
            )
        }
    }

    private static func slice(of decoded: DecodedObject) throws(DecodingRefusal) -> CTSlice {
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
        return slice
    }
}
