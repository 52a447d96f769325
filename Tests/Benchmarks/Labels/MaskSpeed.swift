import ArgumentParser
import Foundation
import ImageCodecs
import Lungs
import Phantom
import TestKit
import Tomography

/// `carina-benchmarks label-masks`: our side of `make bench-labels`, lung masks of single slices on one core.
struct MaskSpeed: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "label-masks",
        abstract: "Measure lung segmentation; writes slices and masks for a peer, prints one line of JSON."
    )

    @Option(help: "Where slices (int16, row-major) and masks (uint8) go.")
    var folder: String

    @Option(help: "How many slices, evenly chosen.")
    var count = 60

    @Option(help: "How often each slice is measured; the shortest time counts.")
    var rounds = 7

    /// One slice and how long it took.
    private struct Measured: Encodable {
        let rows: Int
        let columns: Int
        let millimeters: Double
        let maskRows: Int
        let maskColumns: Int
        let segmentMs: Double
        let cropMs: Double
    }

    private struct Report: Encodable {
        let source: String
        let slices: [Measured]
    }

    /// Measures.
    func run() throws {
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        let slices = try SharedData.isPresent ? self.real() : self.phantom()
        let segmenter = LungSegmenter()
        for slice in slices { _ = segmenter.segment(slice) }
        let measured = try slices.enumerated().map { number, slice in
            let found = segmenter.segment(slice)
            let segmenting = (0..<self.rounds).map { _ in
                Duel.microseconds { _ = segmenter.segment(slice) }
            }
            let cropping = (0..<self.rounds).map { _ in
                Duel.microseconds { _ = lungCrop(of: slice, segmentation: found) }
            }
            try self.write(slice, found.mask, number: number)
            return Measured(
                rows: slice.rows,
                columns: slice.columns,
                millimeters: slice.spacing?.rowMillimeters ?? 0.75,
                maskRows: found.mask.rows,
                maskColumns: found.mask.columns,
                segmentMs: (segmenting.min() ?? 0) / 1000,
                cropMs: (cropping.min() ?? 0) / 1000
            )
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let report = Report(source: SharedData.isPresent ? "real" : "phantom", slices: measured)
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func write(_ slice: CTSlice, _ mask: LungMask, number: Int) throws {
        let bytes = slice.values.flatMap { value in
            [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        try Data(bytes).write(to: URL(fileURLWithPath: "\(self.folder)/\(number).int16"))
        try Data(mask.labels).write(to: URL(fileURLWithPath: "\(self.folder)/\(number).mask"))
    }

    /// Slices of `../shared/data` in Hounsfield units, 512 x 512.
    private func real() throws -> [CTSlice] {
        let paths = try SharedData.files(in: "ct", suffix: ".dcm")
        let step = max(1, paths.count / self.count)
        return try stride(from: 0, to: paths.count, by: step).prefix(self.count).compactMap { place in
            let object = try decodeObject(try fileBytes(paths[place]))
            let spacing = object.spacing.map {
                PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
            }
            guard object.scale == .hounsfield, object.rows == 512, object.columns == 512 else { return nil }
            return CTSlice(
                rows: object.rows,
                columns: object.columns,
                scale: .hounsfield,
                spacing: spacing,
                values: object.values
            )
        }
    }

    private func phantom() -> [CTSlice] {
        (UInt64(1)...UInt64(max(1, self.count / 6))).flatMap { seed in
            let series = PhantomSeries(.drawn(seed: seed, sliceCount: 6))
            return (0..<series.count).compactMap { series.slice(at: $0).slice }
        }
    }
}
