/// Ranges of the random changes by which a stored slice becomes another view of itself.
package struct ViewRecipe: Sendable, Equatable {
    /// Half range of the rotation, radians.
    package var rotation: Float = 0
    /// Half range of the scale's logarithm.
    package var scale: Float = 0
    /// Half range of the logarithm of the height against the width.
    package var aspect: Float = 0
    /// Half range of the shift along each axis; half of the picture's side is 1.
    package var shift: Float = 0
    /// Half range of g in I + g I (1 - I), which lifts or lowers the middle grey values.
    package var curve: Float = 0
    /// Half range of the gain's logarithm.
    package var gain: Float = 0
    /// Half range of what is added to the grey values.
    package var offset: Float = 0
    /// Share of the views that are blurred by a mean of 3 x 3 pixels, 0...1.
    package var blurredShare: Float = 0
    /// Largest standard deviation of the noise; each view's own is drawn from zero to this.
    package var noise: Float = 0

    /// The slice as it is.
    package static let unchanged = ViewRecipe()

    /// Of what shows vessels and bronchi.
    package static let detail = ViewRecipe(
        rotation: 0.05,
        scale: 0.03,
        aspect: 0.04,
        shift: 0.025,
        curve: 0.15,
        gain: 0.1,
        offset: 0.04,
        blurredShare: 0.4,
        noise: 0.06
    )

    /// Of what shows the lungs' shape alone: moved further, as their position must not count.
    package static let outline = ViewRecipe(rotation: 0.10, scale: 0.05, shift: 0.036)

    /// Ranges; what is left out does not change.
    package init(
        rotation: Float = 0,
        scale: Float = 0,
        aspect: Float = 0,
        shift: Float = 0,
        curve: Float = 0,
        gain: Float = 0,
        offset: Float = 0,
        blurredShare: Float = 0,
        noise: Float = 0
    ) {
        self.rotation = rotation
        self.scale = scale
        self.aspect = aspect
        self.shift = shift
        self.curve = curve
        self.gain = gain
        self.offset = offset
        self.blurredShare = blurredShare
        self.noise = noise
    }
}
