import Foundation
import Phantom

/// Writes the series of made-up patients as DICOM files, one folder a patient.
enum PhantomWriting {
    /// - Parameters:
    ///   - slices: slices between apex and base; a few of neck and abdomen come on top, which ingest refuses.
    ///   - seed: the first patient's; the next has the next number.
    static func write(
        patients: Int,
        slices: Int,
        seed: UInt64 = 1,
        to folder: String,
        progress: ProgressBar
    ) async throws {
        for number in 0..<patients {
            var parameters = PhantomParameters.drawn(seed: seed + UInt64(number), sliceCount: slices)
            parameters.slicesAbove = 1
            parameters.slicesBelow = 2
            let series = PhantomSeries(parameters)
            let path = "\(folder)/patient-\(seed + UInt64(number))"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            _ = try series.write(to: path)
            let done = number + 1
            progress.show(
                "phantoms",
                share: Double(done) / Double(patients),
                "\(done) of \(patients) patients"
            )
        }
        progress.finish("phantoms", "\(patients) patients in \(folder)")
    }
}
