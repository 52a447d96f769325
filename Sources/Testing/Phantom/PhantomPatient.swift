private import Glibc
package import Tomography

/// How a slice is taken: everything about a picture that is not the patient.
package struct PhantomImaging: Sendable, Hashable {
    /// Rows and columns of the square picture.
    package var size: Int
    /// Distance between pixels, both ways.
    package var millimetersPerPixel: Double
    /// What a slice averages along the body's axis, millimeters.
    package var thicknessMillimeters: Double
    /// Soft or sharp: blur and noise.
    package var kernel: PhantomKernel
    /// Draws the noise; the patient's seed and the height are mixed in.
    package var noiseSeed: UInt64

    /// Describes a picture: unless told otherwise 512 pixels of 0.82 mm, 1.5 mm thick, soft.
    package init(
        size: Int = 512,
        millimetersPerPixel: Double = 0.82,
        thicknessMillimeters: Double = 1.5,
        kernel: PhantomKernel = .soft,
        noiseSeed: UInt64 = 0
    ) {
        self.size = size
        self.millimetersPerPixel = millimetersPerPixel
        self.thicknessMillimeters = thicknessMillimeters
        self.kernel = kernel
        self.noiseSeed = noiseSeed
    }
}

/// A cut through a lesion: where it is in the picture.
package struct LesionSection: Sendable, Equatable {
    /// The lesion that is cut.
    package let lesion: PlacedLesion
    /// Column and row of its center, in pixels.
    package let centerPixel: SIMD2<Double>
    /// Radius of the cut, millimeters.
    package let radiusMillimeters: Double
}

/// What is known of a phantom slice.
package struct PhantomTruth: Sendable, Equatable {
    /// Level in the lungs: 0 at the apex, 1 where the lungs end; outside of that range in neck and abdomen.
    package let level: Double
    /// Height, millimeters; the lungs' apex is 0, the head lies above.
    package let z: Double
    /// (size, size): 0 no lung, 1 the lung on the picture's left (the patient's right), 2 on the picture's
    /// right. Vessels, bronchi and lesions within the lung count as lung.
    package let lungs: [UInt8]
    /// Area of both lungs in the mask.
    package let lungAreaSquareCentimeters: Double
    /// The lesions which this height cuts, in the patient's order.
    package let lesions: [LesionSection]
}

/// A phantom slice in Hounsfield units and what is known of it.
package struct PhantomSlice: Sendable {
    /// Rows and columns.
    package let size: Int
    /// Distance between pixels, both ways.
    package let millimetersPerPixel: Double
    /// (size, size), row-major, within -1024...3071.
    package let values: [Int16]
    /// What is known of it.
    package let truth: PhantomTruth

    /// The slice as the science takes it.
    package var slice: CTSlice? {
        CTSlice(
            rows: self.size,
            columns: self.size,
            scale: .hounsfield,
            spacing: PixelSpacing(
                rowMillimeters: self.millimetersPerPixel,
                columnMillimeters: self.millimetersPerPixel
            ),
            values: self.values
        )
    }
}

/// One synthetic patient: the same seed and lesions give the same anatomy and the same pictures.
package struct PhantomPatient: Sendable {
    /// Makes the anatomy.
    package let seed: UInt64
    /// The lesions that found room, in the order given.
    package let lesions: [PlacedLesion]
    /// From the apex to where the lungs end.
    package var lungHeightMillimeters: Double { self.anatomy.lungHeightMillimeters }

    private let anatomy: Anatomy
    private let thorax: Thorax
    private let trees: LungTrees
    private let parenchyma: Parenchyma
    /// Where and how turned the patient lies on the table.
    private let shift: SIMD2<Double>
    private let angleRadians: Double

    /// Grows a patient; takes about 20 ms.
    package init(seed: UInt64, lesions: [PhantomLesion] = []) {
        let anatomy = Anatomy(seed: seed)
        let thorax = Thorax(anatomy: anatomy, seed: seed)
        let volume = LungVolume(anatomy: anatomy, thorax: thorax)
        self.seed = seed
        self.anatomy = anatomy
        self.thorax = thorax
        self.trees = LungTrees(mediastinum: thorax.mediastinum, volume: volume, seed: seed)
        self.parenchyma = Parenchyma(anatomy: anatomy, seed: seed)
        self.lesions = lesions.compactMap {
            PlacedLesion($0, in: volume, anatomy: anatomy, seed: seed)
        }
        var random = SeededRandom(seed: seed, stream: 4)
        self.shift = SIMD2(random.normal(5), random.normal(5))
        self.angleRadians = random.normal(0.03)
    }

    /// The height of a level in the lungs.
    package func z(level: Double) -> Double { self.anatomy.z(level: level) }
    /// The level of a height.
    package func level(z: Double) -> Double { self.anatomy.level(z: z) }

    /// The pixel, as (column, row), where a place in the patient is seen.
    package func pixel(of point: SIMD3<Double>, imaging: PhantomImaging) -> SIMD2<Double> {
        self.frame(imaging).pixel(SIMD2(point.x, point.y))
    }

    /// Takes the slice at a height.
    package func slice(z: Double, imaging: PhantomImaging = PhantomImaging()) -> PhantomSlice {
        let frame = self.frame(imaging)
        let middle = self.painted(z: z, frame: frame)
        var image = middle.hounsfield
        if imaging.thicknessMillimeters > 1.5 {
            // A thick slice is the mean over its thickness: here of three heights in it.
            for offset in [-1.0 / 3, 1.0 / 3] {
                let part = self.painted(z: z + offset * imaging.thicknessMillimeters, frame: frame)
                for index in image.indices { image[index] += part.hounsfield[index] }
            }
            for index in image.indices { image[index] /= 3 }
        }
        let heightBits = UInt64(bitPattern: Int64((z * 1000).rounded()))
        let noiseSeed = SeededRandom.mixed(self.seed ^ SeededRandom.mixed(imaging.noiseSeed &+ heightBits))
        let values = imaging.kernel.reconstruct(
            image,
            frame: frame,
            thicknessMillimeters: imaging.thicknessMillimeters,
            dose: self.dose(level: self.level(z: z), frame: frame),
            noiseSeed: noiseSeed ^ (imaging.kernel == .soft ? 0 : 0x5A5A)
        )
        return PhantomSlice(
            size: imaging.size,
            millimetersPerPixel: imaging.millimetersPerPixel,
            values: values,
            truth: self.truth(z: z, canvas: middle)
        )
    }
}

// MARK: Parts of a slice

extension PhantomPatient {
    private func frame(_ imaging: PhantomImaging) -> PictureFrame {
        let middle = SIMD2(repeating: (Double(imaging.size) - 1) / 2)
        return PictureFrame(
            size: imaging.size,
            millimetersPerPixel: imaging.millimetersPerPixel,
            center: middle + (self.shift + SIMD2(0, -6)) / imaging.millimetersPerPixel,
            angleRadians: self.angleRadians
        )
    }

    private func painted(z: Double, frame: PictureFrame) -> Canvas {
        var canvas = Canvas(frame: frame)
        self.thorax.paint(level: self.level(z: z), on: &canvas)
        self.parenchyma.paint(z: z, on: &canvas)
        for lesion in self.lesions where lesion.lesion.kind == .groundGlass {
            lesion.paint(z: z, on: &canvas)
        }
        self.trees.paintVessels(z: z, on: &canvas)
        for lesion in self.lesions where lesion.lesion.kind != .groundGlass {
            lesion.paint(z: z, on: &canvas)
        }
        self.trees.paintBronchi(z: z, on: &canvas)
        return canvas
    }

    /// More noise where the body is thick: in its middle, and between the shoulders.
    private func dose(level: Double, frame: PictureFrame) -> (rows: [Float], columns: [Float]) {
        let shoulders = 1 + 0.5 * smoothStep(0.2, 0, level)
        let middle = frame.center
        func bell(_ center: Double, _ widthMillimeters: Double) -> [Float] {
            (0..<frame.size).map { index in
                let distance = (Double(index) - center) * frame.millimetersPerPixel / widthMillimeters
                return Float(exp(-distance * distance))
            }
        }
        let rows = bell(middle.y, 130).map { Float(shoulders) * (0.25 + 0.75 * $0) }
        return (rows, bell(middle.x, 150).map { 0.65 * $0 })
    }

    private func truth(z: Double, canvas: Canvas) -> PhantomTruth {
        let frame = canvas.frame
        let labels = canvas.lung.enumerated().map { index, share -> UInt8 in
            guard share >= 0.5 else { return 0 }
            let pixel = SIMD2(Double(index % frame.size), Double(index / frame.size))
            return frame.point(pixel).x < 0 ? LungSide.right.rawValue : LungSide.left.rawValue
        }
        let count = labels.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        let area = Double(count) * frame.millimetersPerPixel * frame.millimetersPerPixel / 100
        let sections = self.lesions.compactMap { lesion -> LesionSection? in
            let height = z - lesion.center.z
            let radius = lesion.lesion.radiusMillimeters
            guard abs(height) < radius else { return nil }
            return LesionSection(
                lesion: lesion,
                centerPixel: frame.pixel(SIMD2(lesion.center.x, lesion.center.y)),
                radiusMillimeters: (radius * radius - height * height).squareRoot()
            )
        }
        return PhantomTruth(
            level: self.level(z: z),
            z: z,
            lungs: labels,
            lungAreaSquareCentimeters: area,
            lesions: sections
        )
    }
}
