private import Glibc
package import LinearAlgebra

/// The random changes of one view, drawn.
package struct DrawnView: Sendable, Equatable {
    /// Radians; positive turns what is seen against the clock.
    package let rotation: Float
    /// Width and height of what is looked at, as shares of the slice's.
    package let scale: SIMD2<Float>
    /// Where the middle of the view lies in the slice; half of a side is 1.
    package let shift: SIMD2<Float>
    /// g in I + g I (1 - I).
    package let curve: Float
    /// By which the grey values are multiplied after that.
    package let gain: Float
    /// Added after that.
    package let offset: Float
    /// Whether the image is blurred.
    package let isBlurred: Bool
    /// Standard deviation of the noise.
    package let noise: Float
    /// Decides the noise of each pixel.
    package let noiseSeed: UInt64

    /// Draws a view. Every number is drawn whatever the ranges are, so that a change of one moves no other.
    package init(_ recipe: ViewRecipe, from generator: inout SeededGenerator) {
        self.rotation = generator.symmetric(recipe.rotation)
        let width = exp(generator.symmetric(recipe.scale))
        self.scale = SIMD2(width, width * exp(generator.symmetric(recipe.aspect)))
        self.shift = SIMD2(generator.symmetric(recipe.shift), generator.symmetric(recipe.shift))
        self.curve = generator.symmetric(recipe.curve)
        self.gain = exp(generator.symmetric(recipe.gain))
        self.offset = generator.symmetric(recipe.offset)
        self.isBlurred = Float(generator.unit()) < recipe.blurredShare
        self.noise = Float(generator.unit()) * recipe.noise
        self.noiseSeed = generator.next()
    }

    /// The view of a place in a training.
    package init(_ recipe: ViewRecipe, seed: UInt64, at place: ViewPlace) {
        var generator = place.generator(seed: seed)
        self.init(recipe, from: &generator)
    }

    /// (6): rows of (A | t), by which a pixel's place in the view becomes one in the slice.
    ///
    /// - Parameter flatness: height by width, in pixels: so that a rotation turns and does not shear.
    package func map(flatness: Float) -> [Float] {
        let (cosine, sine) = (cos(self.rotation), sin(self.rotation))
        return [
            self.scale.x * cosine, -self.scale.y * sine * flatness, self.shift.x,
            self.scale.x * sine / flatness, self.scale.y * cosine, self.shift.y,
        ]
    }
}

/// For which view of a training random numbers are drawn: so that any view can be made again alone.
package struct ViewPlace: Sendable, Hashable {
    /// Number of the batch, below 2³⁹.
    package let batch: Int
    /// Row of the batch, below 2¹⁶.
    package let row: Int
    /// View of the row, below 2⁸.
    package let view: Int

    /// A place within the bounds.
    package init(batch: Int, row: Int, view: Int = 0) {
        precondition((0..<1 << 39).contains(batch), "no such batch")
        precondition((0..<1 << 16).contains(row) && (0..<1 << 8).contains(view), "no such row or view")
        self.batch = batch
        self.row = row
        self.view = view
    }

    /// The random numbers of this place; its own, and none that other parts of a training draw with small streams.
    package func generator(seed: UInt64) -> SeededGenerator {
        let number = UInt64(self.batch) << 24 | UInt64(self.row) << 8 | UInt64(self.view)
        return SeededGenerator(seed: seed, stream: 1 << 63 | number)
    }
}
