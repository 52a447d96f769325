import Lesions
import LinearAlgebra
import Lungs

/// The pixels of a view that are lung: a bit each, so that those of thousands of slices stay in memory.
struct LungArea: Sendable, Equatable {
    private var words: [UInt64]

    /// - Parameter view: (3, 128, 128).
    init(of view: [Float]) {
        words = [UInt64](repeating: 0, count: LungCrop.side * LungCrop.side / UInt64.bitWidth)
        for pixel in RandomLesion.lungPixels(of: view) {
            words[pixel / UInt64.bitWidth] |= 1 << UInt64(pixel % UInt64.bitWidth)
        }
    }

    /// The pixels that are lung in both, ascending.
    func pixels(common other: LungArea) -> [Int] {
        var pixels: [Int] = []
        for place in words.indices {
            var word = words[place] & other.words[place]
            while word != 0 {
                pixels.append(place * UInt64.bitWidth + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return pixels
    }
}
