import Foundation
import ImageCodecs
import Phantom

/// DICOM objects of one synthetic patient, made once for all tests.
enum Objects {
    private static let imaging = PhantomImaging(size: 160, millimetersPerPixel: 2.6)
    private static let patient = PhantomPatient(seed: 21)
    private static let heights = (0..<5).map { patient.z(level: 0.3 + 0.1 * Double($0)) }
    private static let slices = heights.map { patient.slice(z: $0, imaging: imaging) }

    /// A slice of the chest; a higher index lies nearer to the feet.
    static func image(
        _ index: Int,
        patient: String = "A",
        study: Int = 1,
        series: Int = 1,
        instance: Int? = nil
    ) -> CTImage {
        let root = "2.25.\(8_000_000 + (patient.utf8.first.map(Int.init) ?? 0))"
        var image = CTImage(
            rows: 160,
            columns: 160,
            stored: Self.slices[index].values,
            studyUID: "\(root).\(study)",
            seriesUID: "\(root).\(study).\(series)",
            sopUID: "\(root).\(study).\(series).\(instance ?? index)"
        )
        image.patientID = patient
        image.position = SIMD3(-207, -207, Self.heights[index])
        image.spacing = PixelDistances(rowMillimeters: 2.6, columnMillimeters: 2.6)
        return image
    }

    static func chest(
        _ index: Int,
        patient: String = "A",
        study: Int = 1,
        series: Int = 1,
        instance: Int? = nil
    ) throws -> [UInt8] {
        try DICOMWriter.encode(
            self.image(index, patient: patient, study: study, series: series, instance: instance)
        )
    }

    /// A disk of water: a body without lungs.
    static func water(patient: String = "A") -> CTImage {
        var image = self.image(0, patient: patient, instance: 900)
        image.stored = (0..<160 * 160).map { place in
            let (x, y) = (place % 160 - 80, place / 160 - 80)
            return x * x + y * y < 60 * 60 ? 0 : -1000
        }
        return image
    }

    /// One object for each reason to be refused.
    static func refused() throws -> [(reason: String, bytes: [UInt8])] {
        var other = self.image(0, instance: 901)
        other.modality = "MR"
        other.sopClassUID = "1.2.840.10008.5.1.4.1.1.4"
        var localizer = self.image(0, instance: 902)
        localizer.imageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
        var coronal = self.image(0, instance: 903)
        coronal.directions = SliceDirections(row: [1, 0, 0], column: [0, 0, -1])
        let whole = try self.chest(0, instance: 904)
        return [
            ("noLung", try DICOMWriter.encode(self.water())),
            ("damaged", Array(whole.prefix(whole.count / 2))),
            ("notCT", try DICOMWriter.encode(other)),
            ("localizer", try DICOMWriter.encode(localizer)),
            ("notAxial", try DICOMWriter.encode(coronal)),
            ("unsupported", Array("no picture at all".utf8)),
        ]
    }
}

/// Plain files below a folder with their bytes.
func files(below folder: String) throws -> [(path: String, bytes: [UInt8])] {
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try paths.sorted().compactMap { path in
        var isFolder: ObjCBool = false
        let whole = "\(folder)/\(path)"
        guard FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder), !isFolder.boolValue
        else { return nil }
        return (path, Array(try Data(contentsOf: URL(filePath: whole))))
    }
}

/// Whether some bytes occur in others.
func occurs(_ needle: [UInt8], in haystack: [UInt8]) -> Bool {
    Data(haystack).range(of: Data(needle)) != nil
}
