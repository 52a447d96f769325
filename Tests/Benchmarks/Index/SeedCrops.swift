import Foundation
import ImageCodecs
import Lungs
import Phantom
import TestKit
import Tomography

/// The slices that made-up vectors are made of: real ones where they are, else phantom patients.
struct SeedCrops {
    /// One slice of a series.
    struct Placed {
        /// 0 apex to 1 base.
        let level: Double
        /// The lungs.
        let crop: LungCrop
    }

    /// "real" or "phantom".
    let source: String
    /// Each series' slices by ascending level.
    let series: [[Placed]]
    /// Slices that stand alone.
    let singles: [LungCrop]
    /// 2-D pictures.
    let pictures: [LungCrop]

    /// A series of at most so many slices counts as single slices.
    private static let singlesMaximum = 8

    /// The slices of `../shared/data`, else of phantom patients; takes half a minute.
    static func load() throws -> SeedCrops {
        SharedData.isPresent ? try Self.real() : try Self.phantom()
    }

    private static func real() throws -> SeedCrops {
        let manifest = String(decoding: try SharedData.bytes("manifest.csv"), as: UTF8.self)
        var files: [String: [(path: String, offset: Double)]] = [:]
        for line in manifest.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let folder = fields[0].split(separator: "/").dropLast().joined(separator: "/")
            files[folder, default: []].append((fields[0], Double(fields[7]) ?? 0))
        }
        var series: [[Placed]] = []
        var singles: [LungCrop] = []
        for (_, members) in files.sorted(by: { $0.key < $1.key }) {
            let found = try members.map { Self.cut(try Self.decode(try SharedData.bytes($0.path))) }
            if members.count <= Self.singlesMaximum {
                singles += found.compactMap { $0.containsLung ? $0.crop : nil }
            } else {
                series.append(Self.placed(found, offsets: members.map(\.offset)))
            }
        }
        let pictures = try SharedData.files(in: "slices2d/chest4", suffix: ".jpg").compactMap { path in
            let found = Self.cut(try Self.decode(try fileBytes(path)))
            return found.containsLung ? found.crop : nil
        }
        return SeedCrops(source: "real", series: series, singles: singles, pictures: pictures)
    }

    /// Twelve series, and one slice of each of eighty other patients in place of the pictures.
    private static func phantom() throws -> SeedCrops {
        let series = (UInt64(1)...12).map { seed in
            let series = PhantomSeries(.drawn(seed: seed, sliceCount: 32))
            let found = (0..<series.count).map { Self.cut(series.slice(at: $0).slice) }
            return Self.placed(found, offsets: series.heights)
        }
        let pictures = (UInt64(101)...180).compactMap { seed -> LungCrop? in
            let series = PhantomSeries(.drawn(seed: seed, sliceCount: 20))
            let found = Self.cut(series.slice(at: 3 + Int(seed % 14)).slice)
            return found.containsLung ? found.crop : nil
        }
        return SeedCrops(source: "phantom", series: series, singles: [], pictures: pictures)
    }

    /// What the segmenter makes of a slice.
    private struct Cut {
        var areaSquareCentimeters = 0.0
        var containsLung = false
        var crop: LungCrop?
    }

    private static func placed(_ found: [Cut], offsets: [Double]) -> [Placed] {
        let levels = sequenceLevel(zip(offsets, found).map { ($0, $1.areaSquareCentimeters) })
        return zip(levels, found).compactMap { level, cut in
            guard let level, let crop = cut.crop, cut.containsLung else { return nil }
            return Placed(level: level, crop: crop)
        }
        .sorted { $0.level < $1.level }
    }

    private static func decode(_ bytes: [UInt8]) throws -> CTSlice? {
        let object = try decodeObject(bytes)
        return CTSlice(
            rows: object.rows,
            columns: object.columns,
            scale: object.scale == .hounsfield ? .hounsfield : .grey8,
            spacing: object.spacing.map {
                PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
            },
            values: object.values
        )
    }

    private static func cut(_ slice: CTSlice?) -> Cut {
        guard let slice else { return Cut() }
        let segmentation = LungSegmenter().segment(slice)
        return Cut(
            areaSquareCentimeters: segmentation.areaSquareCentimeters,
            containsLung: segmentation.containsLung,
            crop: lungCrop(of: slice, segmentation: segmentation)
        )
    }
}
