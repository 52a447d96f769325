private import Foundation
private import ImageCodecs

/// A series of slices of one synthetic patient, from head to feet, and its DICOM objects.
///
/// Slices are made when asked for; a series holds the anatomy only.
package struct PhantomSeries: Sendable {
    /// Who and how.
    package let parameters: PhantomParameters
    /// The anatomy.
    package let patient: PhantomPatient
    /// Heights of the slices in the patient, millimeters, falling; the apex is 0.
    package let heights: [Double]
    /// From one slice to the next.
    package let distanceMillimeters: Double

    /// Makes the patient and the series.
    package init(_ parameters: PhantomParameters) {
        self.init(
            parameters,
            patient: PhantomPatient(seed: parameters.seed, lesions: parameters.lesions)
        )
    }

    private init(_ parameters: PhantomParameters, patient: PhantomPatient) {
        let distance = patient.lungHeightMillimeters / Double(parameters.sliceCount)
        let numbers = -parameters.slicesAbove..<(parameters.sliceCount + parameters.slicesBelow)
        self.parameters = parameters
        self.patient = patient
        self.distanceMillimeters = distance
        self.heights = numbers.map { -(Double($0) + 0.5) * distance }
    }

    /// The same scan with another kernel: same patient, study, frame and heights, another series.
    package func reconstructed(with kernel: PhantomKernel) -> PhantomSeries {
        var parameters = self.parameters
        parameters.imaging.kernel = kernel
        return PhantomSeries(parameters, patient: self.patient)
    }

    /// Number of slices.
    package var count: Int { self.heights.count }

    /// Takes one slice.
    ///
    /// - Parameter index: 0 nearest to the head.
    package func slice(at index: Int) -> PhantomSlice {
        self.patient.slice(z: self.heights[index], imaging: self.parameters.imaging)
    }

    // MARK: DICOM

    /// Patient ID (0010,0020): the seed in hexadecimal.
    package var patientID: String { String(format: "PHANTOM-%016llx", self.parameters.seed) }
    /// Study Instance UID: the same for both kernels.
    package var studyUID: String { self.uid(1, 0) }
    /// Series Instance UID: one for each way of taking the pictures.
    package var seriesUID: String { self.uid(2, self.imagingBits) }
    /// SOP Instance UID of one slice, counted from the head.
    package func sopUID(at index: Int) -> String { self.uid(3 + UInt64(index) << 8, self.imagingBits) }

    /// One slice as a DICOM object in explicit little endian.
    ///
    /// - Throws: `EncodingFailure` when the codec refuses.
    package func object(at index: Int) throws -> [UInt8] {
        try DICOMWriter.encode(self.image(of: self.slice(at: index), at: index))
    }

    /// Writes all slices as `0001.dcm` and so on into a folder, which is made if it is not there.
    ///
    /// - Returns: the paths written, in the order of the slices.
    /// - Throws: `EncodingFailure`, or what the file system says.
    @discardableResult
    package func write(to folder: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try (0..<self.count).map { index in
            let path = folder + "/" + String(format: "%04d.dcm", index + 1)
            try Data(try self.object(at: index)).write(to: URL(fileURLWithPath: path))
            return path
        }
    }

    private func image(of slice: PhantomSlice, at index: Int) -> CTImage {
        let imaging = self.parameters.imaging
        var image = CTImage(
            rows: slice.size,
            columns: slice.size,
            stored: slice.values,
            studyUID: self.studyUID,
            seriesUID: self.seriesUID,
            sopUID: self.sopUID(at: index)
        )
        let corner = -Double(slice.size - 1) / 2 * imaging.millimetersPerPixel
        image.patientID = self.patientID
        image.patientName = "Phantom^" + String(self.parameters.seed)
        image.frameOfReferenceUID = self.uid(4, 0)
        image.studyDate = self.parameters.studyDate
        image.manufacturer = "Carina Phantom"
        image.kernel = imaging.kernel.rawValue
        image.seriesNumber = imaging.kernel == .soft ? 2 : 3
        image.instanceNumber = Int32(index + 1)
        image.thicknessMillimeters = imaging.thicknessMillimeters
        image.spacing = PixelDistances(
            rowMillimeters: imaging.millimetersPerPixel,
            columnMillimeters: imaging.millimetersPerPixel
        )
        image.position = SIMD3(corner, corner, self.heights[index])
        return image
    }

    /// All that makes another series of the same study, as bits.
    private var imagingBits: UInt64 {
        let imaging = self.parameters.imaging
        let kernel: UInt64 = imaging.kernel == .soft ? 1 : 2
        let words = [
            kernel, UInt64(imaging.size), imaging.millimetersPerPixel.bitPattern,
            imaging.thicknessMillimeters.bitPattern, imaging.noiseSeed, UInt64(self.parameters.sliceCount),
            UInt64(self.parameters.slicesAbove), UInt64(self.parameters.slicesBelow),
        ]
        return words.reduce(self.lesionBits) { SeededRandom.mixed($0 ^ $1) }
    }

    /// Other lesions make other pictures: a patient of the same seed after some time.
    private var lesionBits: UInt64 {
        self.parameters.lesions.reduce(UInt64(self.parameters.studyDate)) { bits, lesion in
            let kind = UInt64(PhantomLesion.Kind.allCases.firstIndex(of: lesion.kind) ?? 0)
            let words = [
                kind, UInt64(lesion.side.rawValue), lesion.level.bitPattern,
                lesion.radiusMillimeters.bitPattern, lesion.seed,
            ]
            return words.reduce(bits) { SeededRandom.mixed($0 ^ $1) }
        }
    }

    /// A UID of the root for UUIDs, its bits drawn from the seed, the purpose and the imaging.
    private func uid(_ purpose: UInt64, _ bits: UInt64) -> String {
        let study = SeededRandom.mixed(self.parameters.seed) ^ SeededRandom.mixed(self.lesionBits)
        let high = SeededRandom.mixed(study ^ SeededRandom.mixed(purpose &* 0x9E37_79B9))
        let low = SeededRandom.mixed(high ^ SeededRandom.mixed(bits &+ 0x51ED_270B))
        // Version 8 and variant 10 as RFC 9562 wants for UUIDs of one's own making.
        return DICOMWriter.uid(
            high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        )
    }
}
