private import ImageCodecs
package import Lungs
private import TestKit
private import Tomography

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
        /// The lungs.
        package let crop: LungCrop
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

    /// Decodes, segments and crops everything: some seconds; with a limit, the first so many slices.
    ///
    /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
    package init(limit: Int = .max) throws {
        let manifest = String(decoding: try SharedData.bytes("manifest.csv"), as: UTF8.self)
        var series: [String: [(path: String, patient: String, offset: Double)]] = [:]
        for line in manifest.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let folder = fields[0].split(separator: "/").dropLast().joined(separator: "/")
            series[folder, default: []].append((fields[0], fields[2], Double(fields[7]) ?? 0))
        }
        let areas = try Self.referenceAreas()
        var slices: [Slice] = []
        for (name, files) in series.sorted(by: { $0.key < $1.key }) where slices.count < limit {
            let isSingle = files.count <= Self.singlesMaximum
            let levels =
                isSingle
                ? [Double?](repeating: nil, count: files.count)
                : sequenceLevel(files.map { ($0.offset, areas[$0.path] ?? 0) })
            for (index, file) in files.enumerated() {
                let least = isSingle ? Self.singleSquareCentimeters : LungLimits.containsLungSquareCentimeters
                guard areas[file.path] ?? 0 >= least, isSingle || levels[index] != nil,
                    let crop = try Self.crop(path: file.path)
                else { continue }
                slices.append(
                    Slice(
                        patient: file.patient,
                        series: name,
                        offset: file.offset,
                        level: levels[index],
                        crop: crop
                    )
                )
            }
        }
        self.slices = Array(slices.prefix(limit))
    }

    /// The crops of pictures in a lung window, of the first so many files of `shared/data/slices2d/chest4` that show lungs.
    ///
    /// - Throws: `SharedDataAbsent`, or what cannot be decoded.
    package static func pictures(limit: Int) throws -> [LungCrop] {
        var crops: [LungCrop] = []
        for path in try SharedData.files(in: "slices2d/chest4", suffix: ".jpg") where crops.count < limit {
            let slice = try Self.slice(try fileBytes(path), scale: .grey8)
            guard let slice, case let lungs = LungSegmenter().segment(slice), lungs.containsLung else {
                continue
            }
            if let crop = lungCrop(of: slice, segmentation: lungs) { crops.append(crop) }
        }
        return crops
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

    private static func crop(path: String) throws -> LungCrop? {
        guard let slice = try Self.slice(try SharedData.bytes(path), scale: .hounsfield) else { return nil }
        return lungCrop(of: slice, segmentation: LungSegmenter().segment(slice))
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
