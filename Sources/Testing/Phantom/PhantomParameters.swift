/// A series of a synthetic patient: who, and how it is taken.
package struct PhantomParameters: Sendable, Hashable {
    /// Makes the anatomy and all identifiers: the same seed is the same patient.
    package var seed: UInt64
    /// Findings to put in; one that finds no room at its level is left out.
    package var lesions: [PhantomLesion]
    /// Size, spacing, thickness and kernel of the pictures.
    package var imaging: PhantomImaging
    /// Slices that share the lungs' height evenly, from the apex to the base.
    package var sliceCount: Int
    /// Slices above the apex (the neck), at the same distance.
    package var slicesAbove: Int
    /// Slices below the lungs (the abdomen, with gas in stomach and bowel), at the same distance.
    package var slicesBelow: Int
    /// Study date as the number yyyymmdd.
    package var studyDate: Int32

    /// Makes parameters.
    ///
    /// - Precondition: at least one slice in the lungs, none of the other counts negative.
    package init(
        seed: UInt64,
        lesions: [PhantomLesion] = [],
        imaging: PhantomImaging = PhantomImaging(),
        sliceCount: Int = 40,
        slicesAbove: Int = 0,
        slicesBelow: Int = 0,
        studyDate: Int32 = 20_200_101
    ) {
        precondition(sliceCount > 0 && slicesAbove >= 0 && slicesBelow >= 0, "a series has slices")
        self.seed = seed
        self.lesions = lesions
        self.imaging = imaging
        self.sliceCount = sliceCount
        self.slicesAbove = slicesAbove
        self.slicesBelow = slicesBelow
        self.studyDate = studyDate
    }

    /// What a hospital might send for a patient: none to three lesions, spacing, thickness, kernel and day
    /// all drawn from the seed.
    package static func drawn(seed: UInt64, sliceCount: Int = 40, size: Int = 512) -> PhantomParameters {
        var random = SeededRandom(seed: seed, stream: 50)
        let fieldMillimeters = random.uniform(400...440)
        let imaging = PhantomImaging(
            size: size,
            millimetersPerPixel: fieldMillimeters / Double(size),
            thicknessMillimeters: [1.25, 2, 3, 5][Int(random.next() % 4)],
            kernel: random.next() % 3 == 0 ? .sharp : .soft
        )
        let lesions = (0..<(random.next() % 4)).map { number -> PhantomLesion in
            let kind = PhantomLesion.Kind.allCases[Int(random.next() % 3)]
            let radii: ClosedRange<Double> =
                switch kind {
                case .solidNodule: 4...14
                case .groundGlass: 8...24
                case .consolidation: 14...32
                }
            return PhantomLesion(
                kind: kind,
                side: random.next() & 1 == 0 ? .right : .left,
                level: random.uniform(0.15...0.8),
                radiusMillimeters: random.uniform(radii),
                seed: number
            )
        }
        let (year, month, day) = (2015 + random.next() % 10, 1 + random.next() % 12, 1 + random.next() % 28)
        return PhantomParameters(
            seed: seed,
            lesions: lesions,
            imaging: imaging,
            sliceCount: sliceCount,
            studyDate: Int32(year * 10_000 + month * 100 + day)
        )
    }
}
