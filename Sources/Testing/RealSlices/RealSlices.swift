private import ImageCodecs
private import LinearAlgebra
package import Lungs
private import Synchronization
private import TestKit
package import Tomography

/// The lung slices of `shared/data/ct` in their canonical frames, each with its place in the body.
///
/// Which slices show lung, and so where in the lungs each lies, is what the reference implementation measured: a truth
/// that stays the same while our masks change.
package struct RealSlices: Sendable {
    /// One slice.
    package struct Slice: Sendable {
        /// Its patient, as the data's publishers name it.
        package let patient: String
        /// The folder of its series.
        package let series: String
        /// Place along the body, growing toward the head, millimeters.
        package let offset: Double
        /// 0 apex to 1 base; nil for single slices.
        package let level: Double?
        /// Slice thickness, millimeters.
        package let thicknessMillimeters: Double?
        /// Day of the exam as the publishers shifted it, yyyymmdd.
        package let studyDate: String
        /// The lungs.
        package let crop: LungCrop
        /// Where the file lies below `shared/data`.
        fileprivate let path: String

        /// The slice as it was before segmentation, in Hounsfield units, decoded anew.
        ///
        /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
        package func hounsfield() throws -> CTSlice? { try RealSlices.hounsfield(self.path) }
    }

    /// A line of the manifest.
    private struct Entry: Sendable {
        let path: String
        let patient: String
        let studyDate: String
        let thicknessMillimeters: Double?
        let offset: Double

        init(line: Substring) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            self.path = fields[0]
            self.patient = fields[2]
            self.studyDate = fields[3]
            self.thicknessMillimeters = Double(fields[5])
            self.offset = Double(fields[7]) ?? 0
        }

        /// The folder of its series.
        var series: String { self.path.split(separator: "/").dropLast().joined(separator: "/") }
    }

    /// In the order of the series' names and of the manifest.
    package let slices: [Slice]

    /// Patients who are left out one after the other, as in the prototype: each has a whole series.
    package static let leftOutPatients = [
        "113_HM10395", "LUNG1-002", "Lung_Dx-A0001", "MIDRC-RICORD-1A-419639-001012",
    ]
    /// The patient with the upper chest only and wrong places in the header: never searched among.
    package static let partialPatient = "LungFCP-01-0001"

    /// A series of at most so many slices counts as single slices, as in the prototype.
    private static let singlesMaximum = 8
    private static let singleSquareCentimeters = 30.0

    /// Decodes, segments and crops everything: some seconds; with a limit, the first so many files.
    ///
    /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
    package init(limit: Int = .max) throws {
        let manifest = String(decoding: try SharedData.bytes("manifest.csv"), as: UTF8.self)
        let entries = manifest.split(whereSeparator: \.isNewline).dropFirst().map { Entry(line: $0) }
        let areas = try Self.referenceAreas()
        var kept: [(entry: Entry, level: Double?)] = []
        for (_, files) in Dictionary(grouping: entries, by: \.series).sorted(by: { $0.key < $1.key }) {
            let isSingle = files.count <= Self.singlesMaximum
            let levels =
                isSingle
                ? [Double?](repeating: nil, count: files.count)
                : sequenceLevel(files.map { ($0.offset, areas[$0.path] ?? 0) })
            let least = isSingle ? Self.singleSquareCentimeters : LungLimits.containsLungSquareCentimeters
            for (entry, level) in zip(files, levels)
            where areas[entry.path] ?? 0 >= least && (isSingle || level != nil) {
                kept.append((entry, level))
            }
        }
        let wanted = Array(kept.prefix(limit))
        let crops = try Self.mapped(wanted.map(\.entry.path)) { path in
            try Self.hounsfield(path).flatMap { slice in
                lungCrop(of: slice, segmentation: LungSegmenter().segment(slice))
            }
        }
        self.slices = zip(wanted, crops).compactMap { kept, crop in
            crop.map {
                Slice(
                    patient: kept.entry.patient,
                    series: kept.entry.series,
                    offset: kept.entry.offset,
                    level: kept.level,
                    thicknessMillimeters: kept.entry.thicknessMillimeters,
                    studyDate: kept.entry.studyDate,
                    crop: $0,
                    path: kept.entry.path
                )
            }
        }
    }

    /// The crops of pictures in a lung window, of the first so many files of `shared/data/slices2d/chest4` that show lungs.
    ///
    /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
    package static func pictures(limit: Int) throws -> [LungCrop] {
        try Self.labeledPictures(limit: limit).map(\.crop)
    }

    /// The same with the class that the publisher's table gives each.
    ///
    /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
    package static func labeledPictures(limit: Int) throws -> [(crop: LungCrop, label: String)] {
        let folder = "slices2d/chest4"
        let table = String(decoding: try SharedData.bytes(folder + "/labels.csv"), as: UTF8.self)
        var labels: [Substring: String] = [:]
        for line in table.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            labels[fields[0]] = String(fields[1])
        }
        let paths = try SharedData.files(in: folder, suffix: ".jpg")
        var pictures: [(crop: LungCrop, label: String)] = []
        // In pieces, so that few more are read than asked for.
        for start in stride(from: 0, to: paths.count, by: 64) where pictures.count < limit {
            let piece = Array(paths[start..<min(start + 64, paths.count)])
            for (path, crop) in zip(piece, try Self.mapped(piece) { try Self.pictureCrop($0) }) {
                guard let crop else { continue }
                pictures.append((crop, labels[path.split(separator: "/").last ?? ""] ?? ""))
            }
        }
        return Array(pictures.prefix(limit))
    }

    private static func pictureCrop(_ path: String) throws -> LungCrop? {
        guard let slice = try Self.slice(try fileBytes(path), scale: .grey8) else { return nil }
        let lungs = LungSegmenter().segment(slice)
        return lungs.containsLung ? lungCrop(of: slice, segmentation: lungs) : nil
    }

    /// Lung areas by file, cm²; what could not be read has none.
    private static func referenceAreas() throws -> [String: Double] {
        let table = String(decoding: try fileBytes(try SharedData.goldenPath("areas.csv")), as: UTF8.self)
        var areas: [String: Double] = [:]
        for line in table.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            areas[fields[0]] = Double(fields[3])
        }
        return areas
    }

    fileprivate static func hounsfield(_ path: String) throws -> CTSlice? {
        try Self.slice(try SharedData.bytes(path), scale: .hounsfield)
    }

    /// Each file's result, in order, made on two threads.
    private static func mapped<Output: Sendable>(
        _ paths: [String],
        _ body: @Sendable (String) throws -> Output
    ) throws -> [Output] {
        let results = Mutex<[Int: Result<Output, any Error>]>([:])
        inParallel(paths.count, threadCount: 2) { index in
            let found = Result { try body(paths[index]) }
            results.withLock { $0[index] = found }
        }
        let found = results.withLock { $0 }
        return try paths.indices.compactMap { try found[$0]?.get() }
    }

    private static func slice(_ bytes: [UInt8], scale: IntensityScale) throws -> CTSlice? {
        let object = try decodeObject(bytes)
        return CTSlice(
            rows: object.rows,
            columns: object.columns,
            scale: scale,
            spacing: object.spacing.map {
                PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
            },
            values: object.values
        )
    }
}
