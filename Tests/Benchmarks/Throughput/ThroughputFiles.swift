import ArgumentParser
import Foundation
import ImageCodecs
import Lungs
import Phantom
import Storage
import TestKit
import Tomography

/// `carina-benchmarks throughput-files`: as many different usable slices as are wanted, as DICOM in one transfer syntax.
struct ThroughputFiles: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "throughput-files",
        abstract: "Write many different lung slices as DICOM files: real ones under new names, or phantoms."
    )

    @Argument(help: "Folder to write to; it is made.")
    var output: String

    @Option(help: "Folder of CT whose slices are used again and again; none: phantoms.")
    var ct: String?

    @Option(help: "Number of files.")
    var count = 1_000

    @Option(help: "Number of the first one: files of other numbers have other names and other pixels.")
    var first = 0

    @Flag(help: "Compress with JPEG Lossless (process 14, selection value 1).")
    var jpeg = false

    func run() throws {
        try FileManager.default.createDirectory(atPath: self.output, withIntermediateDirectories: true)
        let slices = try self.ct.map { try Self.realSlices($0) } ?? Self.phantomSlices()
        guard !slices.isEmpty else { throw ValidationError("there is no usable slice") }
        for number in self.first..<self.first + self.count {
            let image = Self.image(
                slices[number % slices.count],
                number: number,
                round: number / slices.count
            )
            let syntax: TransferSyntax = self.jpeg ? .jpegLossless : .explicitLittleEndian
            let bytes = try DICOMWriter.encode(image, transferSyntax: syntax)
            let name = String("00000\(number)".suffix(6))
            try Data(bytes).write(to: URL(filePath: "\(self.output)/\(name).dcm"))
        }
        print("\(self.count) files of \(slices.count) different slices")
    }

    private static func realSlices(_ folder: String) throws -> [CTSlice] {
        let walker = FileManager.default.enumerator(atPath: folder)
        let paths = (walker ?? .init()).compactMap { $0 as? String }.sorted()
        return paths.compactMap { path in
            guard let bytes = try? DurableFile.read("\(folder)/\(path)"),
                let object = try? decodeObject(bytes),
                object.scale == .hounsfield,
                let slice = CTSlice(
                    rows: object.rows,
                    columns: object.columns,
                    scale: .hounsfield,
                    spacing: object.spacing.map {
                        PixelSpacing(
                            rowMillimeters: $0.rowMillimeters,
                            columnMillimeters: $0.columnMillimeters
                        )
                    },
                    values: object.values
                )
            else { return nil }
            return LungSegmenter().segment(slice).containsLung ? slice : nil
        }
    }

    private static func phantomSlices() -> [CTSlice] {
        (1...4).flatMap { seed -> [CTSlice] in
            let series = PhantomSeries(PhantomParameters(seed: UInt64(seed), sliceCount: 40))
            return (0..<series.count).compactMap { series.slice(at: $0).slice }.filter {
                LungSegmenter().segment($0).containsLung
            }
        }
    }

    /// A slice under names of its own. One pixel of a corner differs in each round: equal pixels would be stored once.
    private static func image(_ slice: CTSlice, number: Int, round: Int) -> CTImage {
        var image = CTImage(
            rows: slice.rows,
            columns: slice.columns,
            stored: slice.values,
            studyUID: DICOMWriter.uid(1, UInt64(number / 100)),
            seriesUID: DICOMWriter.uid(2, UInt64(number / 100)),
            sopUID: DICOMWriter.uid(3, UInt64(number))
        )
        image.stored[round % slice.columns] ^= Int16(1 + round / slice.columns)
        image.patientID = "bench-\(number / 100)"
        image.instanceNumber = Int32(number)
        image.position = [0, 0, Double(number % 100) * 3]
        image.spacing = slice.spacing.map {
            PixelDistances(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        }
        return image
    }
}
