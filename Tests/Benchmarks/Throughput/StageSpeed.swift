import ArgumentParser
import Foundation
import ImageCodecs
import Lungs
import Processes
import Storage
import Tomography

/// `carina-benchmarks stages`: what each stage of a slice's way in costs on one core, without services around it.
struct StageSpeed: ParsableCommand {
    /// How it is called.
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Time each stage of a slice's way in alone: the least of several rounds, on one core."
    )

    @Argument(help: "Folder of DICOM objects, as `throughput-files` makes it.")
    var folder: String

    @Option(help: "Objects of the folder that are used.")
    var count = 40

    @Option(help: "Rounds; the least time of each stage counts.")
    var rounds = 9

    func run() throws {
        keepFreedMemory()
        let names = try FileManager.default.contentsOfDirectory(atPath: self.folder).sorted().prefix(
            self.count
        )
        let objects = try names.compactMap { try DurableFile.read("\(self.folder)/\($0)") }
        let slices = try objects.map { try Self.slice(try decodeObject($0)) }
        let crops = slices.compactMap { LungSegmenter().find(in: $0).crop }
        self.report("decode (DICOM to Hounsfield units)") {
            for object in objects { _ = try? decodeObject(object) }
        }
        self.report("SHA-256 of an object") { for object in objects { _ = Digest(of: object) } }
        self.report("lungs: mask alone") { for slice in slices { _ = LungSegmenter().segment(slice) } }
        self.report("lungs: mask and crop") { for slice in slices { _ = LungSegmenter().find(in: slice) } }
        self.report("crop as bytes") { for crop in crops { _ = crop.bytes } }
    }

    private func report(_ stage: String, _ body: () -> Void) {
        let times = (0..<self.rounds).map { _ in ContinuousClock().measure(body) / .milliseconds(1) }
        let milliseconds = (times.min() ?? 0) / Double(self.count)
        print("\(stage): \((1_000 * milliseconds).rounded() / 1_000) ms")
    }

    private static func slice(_ object: DecodedObject) throws -> CTSlice {
        let spacing = object.spacing.map {
            PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        }
        let slice = CTSlice(
            rows: object.rows,
            columns: object.columns,
            scale: .hounsfield,
            spacing: spacing,
            values: object.values
        )
        guard let slice else { throw ValidationError("an object is no slice") }
        return slice
    }
}
