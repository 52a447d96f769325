import TestKit
import Testing
import Tomography

@testable import Lungs

/// Agreement with the reference implementation on six CT slices and two pictures, stage by stage.
@Suite("golden slices", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct GoldenTests {
    @Test("the body and the air in it", arguments: GoldenSlice.hounsfield)
    func body(_ item: GoldenSlice) throws {
        let golden = try item.arrays()
        let slice = try #require(try item.slice(golden))
        let millimeters = MeanGrid.millimeters(of: slice)
        var scratch = Scratch()
        scratch.grid.take(slice)
        #expect(
            scratch.grid.sums.map { Int($0) } == (try golden.array("mean2x2_hu_times_4_int16").integers)
        )
        HounsfieldSegmentation(recipe: .reference, millimeters: millimeters).drawBody(&scratch)
        #expect(scratch.body.pixels.map { Int($0) } == (try golden.array("body_mask").integers))
    }

    @Test("the lungs, pixel for pixel", arguments: GoldenSlice.hounsfield + GoldenSlice.pictures)
    func lungs(_ item: GoldenSlice) throws {
        let golden = try item.arrays()
        let slice = try #require(try item.slice(golden))
        let found = LungSegmenter(recipe: .reference).segment(slice)
        let labels = try golden.array("lung_mask").integers
        let different = zip(found.mask.labels, labels).count { Int($0) != $1 }
        #expect(found.mask.labels.count == labels.count)
        #expect(different == 0)
        #expect(found.containsLung)
        if item.number < 6 {
            #expect(abs(found.areaSquareCentimeters - (try golden.scalar("area_cm2"))) < 1e-9)
        } else {
            #expect(abs(found.shareOfBody - (try golden.scalar("lung_share_of_body"))) < 1e-12)
        }
    }

    @Test("the canonical frame", arguments: GoldenSlice.hounsfield + GoldenSlice.pictures)
    func frame(_ item: GoldenSlice) throws {
        let golden = try item.arrays()
        let mask = try #require(try item.mask(golden))
        let frame = try #require(CanonicalFrame(mask: mask))
        let center = try golden.doubles("frame_centre_xy")
        let scale = try golden.doubles("frame_scale_xy")
        // Sums in another order differ in the last bits only.
        let tolerance = 1e-9
        #expect(abs(frame.centerX - center[0]) < tolerance)
        #expect(abs(frame.centerY - center[1]) < tolerance)
        #expect(abs(frame.scaleX - scale[0]) < tolerance)
        #expect(abs(frame.scaleY - scale[1]) < tolerance)
        #expect(abs(frame.angleRadians - (try golden.scalar("frame_angle_rad"))) < tolerance)
    }

    @Test("the crop, in half precision", arguments: GoldenSlice.hounsfield + GoldenSlice.pictures)
    func crop(_ item: GoldenSlice) throws {
        let golden = try item.arrays()
        let slice = try #require(try item.slice(golden))
        let found = LungSegmenter(recipe: .reference).segment(slice)
        let crop = try #require(lungCrop(of: slice, segmentation: found))
        let values = try golden.floats("crop_float16")
        let ours = crop.image + crop.left + crop.right
        #expect(ours.count == values.count)
        let differences = zip(ours, values).map { abs($0 - $1) }
        // Where the last bit of the resample differs, rounding may choose the neighboring half: 2^-11 at
        // most.
        #expect(differences.max() ?? 1 <= 0x1p-11)
        #expect(differences.count { $0 > 0 } <= 5)
    }
}
