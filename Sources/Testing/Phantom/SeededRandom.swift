private import Glibc

/// SplitMix64: small, fast and the same sequence on every machine; one generator for each purpose.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A stream of its own for one purpose, so that one more draw here moves nothing elsewhere.
    init(seed: UInt64, stream: UInt64) {
        self.state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15 &* (stream &+ 1))
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(self.state)
    }

    /// The finalizer of SplitMix64, which also serves as a hash of an integer.
    static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in the closed range.
    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        let unit = Double(self.next() >> 11) * 0x1p-53
        return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }

    /// Normal with the given standard deviation, cut at three of them so that no anatomy is absurd.
    mutating func normal(_ deviation: Double) -> Double {
        let radius = (-2 * log(self.uniform(1e-12...1))).squareRoot()
        let value = radius * cos(2 * .pi * self.uniform(0...1))
        return deviation * min(max(value, -3), 3)
    }
}
