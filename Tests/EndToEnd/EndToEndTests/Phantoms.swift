import Foundation
import Phantom

/// Small made-up patients on disk.
enum Phantoms {
    /// - Returns: the files, by patient, from head to feet.
    static func write(patients: Range<UInt64>, slices: Int, size: Int = 192, to folder: String) throws
        -> [[String]]
    {
        try patients.map { seed in
            let series = PhantomSeries(.drawn(seed: seed, sliceCount: slices, size: size))
            return try series.write(to: "\(folder)/ct/patient-\(seed)")
        }
    }
}
