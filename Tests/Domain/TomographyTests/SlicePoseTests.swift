import Foundation
import Testing
import Tomography

@Suite("poses")
struct SlicePoseTests {
    private static let right = SIMD3(1.0, 0, 0)
    private static let back = SIMD3(0.0, 1, 0)
    private static let head = SIMD3(0.0, 0, 1)

    /// An axial pose turned around the x axis, as a tilted gantry turns it.
    private static func tilted(byDegrees degrees: Double, at position: SIMD3<Double> = .zero) -> SlicePose? {
        let angle = degrees * .pi / 180
        return SlicePose(
            position: position,
            rowDirection: right,
            columnDirection: SIMD3(0, cos(angle), sin(angle))
        )
    }

    @Test("the offset of an axial slice is its z")
    func axialOffset() throws {
        let pose = try #require(Self.tilted(byDegrees: 0, at: SIMD3(-100, -200, 37.5)))
        #expect(pose.normal == Self.head)
        #expect(pose.offsetMillimeters == 37.5)
    }

    @Test("the offset grows toward the head, whichever way the rows and columns run")
    func offsetOfProne() throws {
        let prone = try #require(
            SlicePose(position: SIMD3(0, 0, -12), rowDirection: Self.right, columnDirection: -Self.back)
        )
        #expect(prone.normal == Self.head)
        #expect(prone.offsetMillimeters == -12)
    }

    @Test("slices of a tilted gantry are evenly apart along the normal")
    func tiltedOffsets() throws {
        let first = try #require(Self.tilted(byDegrees: 20, at: SIMD3(0, 0, 0)))
        let second = try #require(Self.tilted(byDegrees: 20, at: SIMD3(0, 0, 5)))
        let distance = second.offsetMillimeters - first.offsetMillimeters
        #expect(abs(distance - 5 * cos(20 * Double.pi / 180)) < 1e-12)
    }

    @Test(
        "axial within an angle",
        arguments: [(0.0, true), (29, true), (31, false), (90, false), (-29, true)]
    )
    func axial(degrees: Double, isAxial: Bool) throws {
        let pose = try #require(Self.tilted(byDegrees: degrees))
        #expect(pose.isAxial(withinDegrees: 30) == isAxial)
    }

    @Test("sagittal and coronal slices are not axial")
    func otherPlanes() throws {
        let sagittal = try #require(
            SlicePose(position: .zero, rowDirection: Self.back, columnDirection: -Self.head)
        )
        let coronal = try #require(
            SlicePose(position: .zero, rowDirection: Self.right, columnDirection: -Self.head)
        )
        #expect(!sagittal.isAxial(withinDegrees: 45))
        #expect(!coronal.isAxial(withinDegrees: 45))
    }

    @Test("refuses directions that are no perpendicular unit vectors")
    func refusesDirections() {
        let wrong: [(SIMD3<Double>, SIMD3<Double>)] = [
            (.zero, .zero), (Self.right, Self.right), (2 * Self.right, Self.back),
            (Self.right, SIMD3(0.1, 0.99, 0)), (SIMD3(.nan, 0, 0), Self.back),
            (Self.right, SIMD3(0, .infinity, 0)),
        ]
        for (row, column) in wrong {
            #expect(SlicePose(position: .zero, rowDirection: row, columnDirection: column) == nil)
        }
        let position = SIMD3(0, 0, Double.nan)
        #expect(SlicePose(position: position, rowDirection: Self.right, columnDirection: Self.back) == nil)
    }
}
