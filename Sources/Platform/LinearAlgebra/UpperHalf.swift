/// Floats in 16 bits: their upper half, which has the sign, the exponent and seven bits.
package enum UpperHalf {
    /// The nearest number that has no lower half.
    package static func rounded(_ value: Float) -> UInt16 {
        UInt16(truncatingIfNeeded: (value.bitPattern &+ 0x8000) >> 16)
    }

    /// The number of which the upper half is given.
    package static func widened(_ half: UInt16) -> Float { Float(bitPattern: UInt32(half) << 16) }
}
