import Foundation
import ImageCodecs
import Phantom
import Testing

@Suite("Phantom series")
struct SeriesTests {
    private func parameters(seed: UInt64) -> PhantomParameters {
        PhantomParameters(
            seed: seed,
            imaging: PhantomImaging(size: 128, millimetersPerPixel: 3.25, thicknessMillimeters: 5),
            sliceCount: 6,
            slicesAbove: 1,
            slicesBelow: 2
        )
    }

    @Test("runs from the neck to the abdomen at even distances, and says what is lung")
    func heights() {
        let series = PhantomSeries(self.parameters(seed: 1))
        #expect(series.count == 9)
        #expect(abs(series.distanceMillimeters * 6 - series.patient.lungHeightMillimeters) < 1e-9)
        for (above, below) in zip(series.heights, series.heights.dropFirst()) {
            #expect(abs(above - below - series.distanceMillimeters) < 1e-9)
        }
        let areas = (0..<series.count).map { series.slice(at: $0).truth.lungAreaSquareCentimeters }
        #expect(areas[0] == 0 && areas[7] == 0 && areas[8] == 0)
        #expect(areas[1...5].allSatisfy { $0 > 20 })
    }

    @Test("a DICOM object decodes to the same pixels, place and names")
    func roundTrip() throws {
        let series = PhantomSeries(self.parameters(seed: 7))
        let slice = series.slice(at: 3)
        let decoded = try decodeObject(try series.object(at: 3))
        #expect(decoded.values == slice.values)
        #expect(decoded.scale == .hounsfield)
        #expect(decoded.rows == 128 && decoded.columns == 128)
        #expect(decoded.spacing == PixelDistances(rowMillimeters: 3.25, columnMillimeters: 3.25))
        #expect(decoded.facts.thicknessMillimeters == 5)
        #expect(decoded.facts.kernel == "STANDARD")
        #expect(decoded.facts.instanceNumber == 4)
        #expect(decoded.facts.directions == SliceDirections(row: [1, 0, 0], column: [0, 1, 0]))
        let z = try #require(decoded.facts.position).z
        #expect(abs(z - series.heights[3]) < 1e-6)
        let identity = try #require(decoded.identity)
        #expect(
            identity
                == ObjectIdentity(
                    patientID: series.patientID,
                    studyUID: series.studyUID,
                    seriesUID: series.seriesUID,
                    sopUID: series.sopUID(at: 3)
                )
        )
    }

    @Test("identifiers are repeatable, distinct, and legal UIDs; a kernel is a series of the same study")
    func identifiers() {
        var all: Set<String> = []
        for seed in UInt64(1)...3 {
            let soft = PhantomSeries(self.parameters(seed: seed))
            let again = PhantomSeries(self.parameters(seed: seed))
            let sharp = soft.reconstructed(with: .sharp)
            #expect(soft.studyUID == again.studyUID && soft.sopUID(at: 2) == again.sopUID(at: 2))
            #expect(soft.studyUID == sharp.studyUID && soft.patientID == sharp.patientID)
            #expect(soft.seriesUID != sharp.seriesUID)
            #expect(soft.heights == sharp.heights)
            #expect(soft.slice(at: 2).truth == sharp.slice(at: 2).truth)
            for series in [soft, sharp] {
                all.insert(series.seriesUID)
                for index in 0..<series.count { all.insert(series.sopUID(at: index)) }
            }
            all.insert(soft.studyUID)
        }
        #expect(all.count == 3 * (1 + 2 * (1 + 9)))
        for uid in all {
            #expect(uid.hasPrefix("2.25.") && uid.utf8.count <= 64)
            #expect(uid.dropFirst(5).allSatisfy(\.isNumber) && uid.dropFirst(5).first != "0")
        }
    }

    @Test("writes a folder of files, one for each slice")
    func writes() throws {
        let folder = NSTemporaryDirectory() + "phantom-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let series = PhantomSeries(self.parameters(seed: 9))
        let paths = try series.write(to: folder + "/inner")
        #expect(paths.count == series.count)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/inner").sorted()
        #expect(names == (1...9).map { "000\($0).dcm" })
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: paths[4])))
        #expect(try decodeObject(bytes).identity?.sopUID == series.sopUID(at: 4))
    }

    @Test("drawn parameters differ between seeds and repeat for one")
    func drawn() {
        #expect(PhantomParameters.drawn(seed: 5) == PhantomParameters.drawn(seed: 5))
        let all = (UInt64(1)...20).map { PhantomParameters.drawn(seed: $0) }
        #expect(Set(all.map(\.imaging)).count > 15)
        #expect(Set(all.map(\.lesions.count)).count == 4)
        #expect(all.allSatisfy { (20_150_101...20_241_228).contains($0.studyDate) })
    }
}
