internal import LinearAlgebra

/// The code of one vector as it lies in memory, with all that is rounded rounded to the side that keeps bounds true.
struct PackedCode {
    /// (8), the head's words.
    var headWords = [UInt16](repeating: 0, count: 8)
    /// The tail's words.
    var tailWords: [UInt16]
    /// (P), squared lengths of the tail, not above the true ones.
    let tailLengths: [Float]
    /// Not below the distance from the code to the vector's image.
    let error: Float
    private let headError: Float
    /// Bounds on the distance of the vector's image to the center, in the tail.
    private let tailDistance: (low: Float, high: Float)
    private let headLengths: [Float]

    /// No bound: the scan takes the vector for near.
    static let unbounded: UInt8 = 255

    init(_ encoded: EncodedVectors, at index: Int, layout: CodeLayout, projectionError: Float) {
        let codes = index * layout.positionCount
        for position in 0..<CodeShape.headPositions {
            let word = position / 8 * 2 + position % 2
            self.headWords[word] |= UInt16(encoded.codes[codes + position]) << UInt16(position % 8 / 2 * 4)
        }
        self.tailWords = Array(repeating: 0, count: layout.words)
        let padded = CodeShape.paddedWords(layout.words)
        for nibble in 0..<4 {
            let start = codes + CodeShape.headPositions + nibble * padded
            for word in 0..<layout.words {
                self.tailWords[word] |= UInt16(encoded.codes[start + word]) << UInt16(4 * nibble)
            }
        }
        let share = layout.roundingShare
        let lengths = index * layout.partCount..<(index + 1) * layout.partCount
        self.headLengths = encoded.headLengths[lengths].map { $0 * (1 - share) }
        self.tailLengths = encoded.tailLengths[lengths].map { $0 * (1 - share) }
        // What is too small to be squared is covered by the last term.
        self.headError = encoded.headErrors[index] * (1 + share) + projectionError + 1e-18
        let distance = encoded.tailDistances[index]
        let off = share * distance + projectionError + 1e-18
        self.tailDistance = (max(0, distance - off), distance + off)
        self.error = encoded.errors[index] * (1 + share) + projectionError + 1e-18
    }

    /// The error of the head as a multiple of a scale, rounded up.
    func errorCode(scale: Float) -> UInt8 {
        let multiple = (self.headError / scale).rounded(.up) + 1
        return multiple < Float(Self.unbounded) ? UInt8(multiple) : Self.unbounded
    }

    /// The distance in the tail as a multiple of a scale, at least k and at most k + 1.5; nil if there is no such k.
    func tailDistanceCode(scale: Float) -> UInt8? {
        let multiple = (self.tailDistance.low / scale * (1 - 0x1p-20)).rounded(.down)
        let isBounded = self.tailDistance.high * (1 + 0x1p-20) <= (multiple + 1.5) * scale
        return multiple <= 255 && isBounded ? UInt8(multiple) : nil
    }

    /// The squared length of a part's head as a multiple of a scale, rounded down.
    func lengthCode(_ part: Int, scale: Float) -> UInt8 {
        guard scale > 0 else { return 0 }
        return UInt8(max(0, min(255, (self.headLengths[part] / scale * (1 - 0x1p-20)).rounded(.down))))
    }
}
