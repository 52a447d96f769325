private import CKernels

// What turns a stored slice into another view of it, besides the sampler. The rules are written in
// Sources/System/CKernels/include/augment.h.

/// Writes the places at which `sample` must look to see an image through an affine map.
///
/// - Parameters:
///   - places: (height, width, 2), overwritten.
///   - map: (6), rows of (A | t): the source of (x, y) is A (x, y) + t, -1...1 from edge to edge.
package func writeAffinePlaces(
    into places: inout MutableSpan<Float>,
    map: Span<Float>,
    height: Int,
    width: Int
) {
    let sides = 1...SampledShape.sideMaximum
    precondition(map.count == 6, "an affine map has six numbers")
    precondition(sides.contains(height) && sides.contains(width), "no such image")
    precondition(places.count == 2 * height * width, "places are not (height, width, 2)")
    // SAFETY: six numbers, and two for each pixel, checked above; C keeps no pointer.
    unsafe places.withUnsafeMutableBufferPointer { places in
        unsafe map.withUnsafeBufferPointer { map in
            unsafe carina_affine_places(map.baseAddress, height, width, places.baseAddress)
        }
    }
}

/// Writes numbers of half precision as floats, exactly.
///
/// - Parameters:
///   - output: (N), overwritten.
///   - halves: (N), their bits; all must be finite.
package func widen(into output: inout MutableSpan<Float>, halves: Span<UInt16>) {
    precondition(output.count == halves.count, "not as many numbers")
    // SAFETY: as many floats as halves, checked above; C keeps no pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe halves.withUnsafeBufferPointer { halves in
            unsafe carina_widen_halves(halves.baseAddress, halves.count, output.baseAddress)
        }
    }
}

/// Changes the contrast: each value v becomes (v + curve · v (1 - v)) · gain + offset.
package func changeContrast(
    of values: inout MutableSpan<Float>,
    curve: Float,
    gain: Float,
    offset: Float
) {
    // SAFETY: as many values as the span has; C keeps no pointer.
    unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe carina_change_contrast(values.baseAddress, values.count, curve, gain, offset)
    }
}

/// Means of 3 x 3 pixels, the outermost repeated beyond the edge.
///
/// - Parameters:
///   - plane: (height, width), replaced.
///   - scratch: at least as many numbers, overwritten.
package func blur(
    _ plane: inout MutableSpan<Float>,
    height: Int,
    width: Int,
    scratch: inout MutableSpan<Float>
) {
    precondition(height > 0 && width > 0 && plane.count == height * width, "plane is not (height, width)")
    precondition(scratch.count >= plane.count, "scratch is smaller than the plane")
    // SAFETY: height x width numbers in both, checked above; C keeps no pointer.
    unsafe plane.withUnsafeMutableBufferPointer { plane in
        unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe carina_blur(plane.baseAddress, height, width, scratch.baseAddress)
        }
    }
}

/// Adds about normal noise, and keeps the sums within 0...1.
///
/// A number of it is the sum of eight random bytes, brought to mean 0 and variance 1, times the deviation: at
/// most 4.88 deviations, with a fourth moment of 2.85 where a normal number has 3.
///
/// - Parameters:
///   - seed: the same gives the same noise.
package func addNoise(to values: inout MutableSpan<Float>, seed: UInt64, deviation: Float) {
    // SAFETY: as many values as the span has; C keeps no pointer.
    unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe carina_add_noise(values.baseAddress, values.count, seed, deviation)
    }
}
