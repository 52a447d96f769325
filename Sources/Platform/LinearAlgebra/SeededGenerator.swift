/// Random numbers of a seed: SplitMix64 (Steele, Lea, Flood 2014), and draws whose rule is written here, so that a
/// run can be repeated to the bit whatever the version of the standard library.
package struct SeededGenerator: Sendable {
    private var state: UInt64

    /// Starts a sequence. Different `stream` numbers of one seed give unrelated sequences.
    package init(seed: UInt64, stream: UInt64 = 0) {
        state = seed ^ (stream &* 0xD1B5_4A32_D192_ED03)
        _ = next()
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of [0, 1) with 53 random bits.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of [-bound, bound).
    package mutating func symmetric(_ bound: Float) -> Float { Float(unit() * 2 - 1) * bound }

    /// A whole number of 0..<bound; bound is at least 1.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "no number is below zero")
        // The high half of the product: no division, and a bias of at most bound / 2^64.
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// About a standard normal number: the sum of twelve uniform ones (Irwin and Hall), needing no logarithm.
    package mutating func normal() -> Float {
        var sum = 0
        for _ in 0..<3 {
            let bits = next()
            // Four numbers of 16 bits each.
            sum += Int(bits & 0xFFFF) + Int(bits >> 16 & 0xFFFF) + Int(bits >> 32 & 0xFFFF) + Int(bits >> 48)
        }
        return (Float(sum) + 6) / 65536 - 6
    }

    /// An index drawn with the given weights, by their running sums (ascending, the last above zero).
    package mutating func index(runningWeights: [Double]) -> Int {
        precondition(!runningWeights.isEmpty, "nothing to draw from")
        let target = unit() * runningWeights[runningWeights.count - 1]
        var (low, high) = (0, runningWeights.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if runningWeights[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A random order (Fisher and Yates).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for index in stride(from: elements.count - 1, through: 1, by: -1) {
            elements.swapAt(index, below(index + 1))
        }
    }
}
