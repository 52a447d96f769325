/// The SHA-256 of some bytes in hexadecimal, as FIPS 180-4 writes it down, for naming test files.
func sha256(_ bytes: [UInt8]) -> String {
    let primes = firstPrimes(64)
    let constants = primes.map { fraction(cubeRoot($0)) }
    var hash = primes.prefix(8).map { fraction($0.squareRoot()) }
    var message = bytes + [0x80]
    message += [UInt8](repeating: 0, count: (119 - bytes.count % 64) % 64)
    message += withUnsafeBytes(of: (UInt64(bytes.count) * 8).bigEndian) { Array($0) }
    var words = [UInt32](repeating: 0, count: 64)
    for block in stride(from: 0, to: message.count, by: 64) {
        for index in 0..<16 {
            let place = block + 4 * index
            let (a, b) = (UInt32(message[place]) << 24, UInt32(message[place + 1]) << 16)
            words[index] = a | b | UInt32(message[place + 2]) << 8 | UInt32(message[place + 3])
        }
        for index in 16..<64 {
            let (a, b) = (words[index - 15], words[index - 2])
            let first = turned(a, 7) ^ turned(a, 18) ^ a >> 3
            let second = turned(b, 17) ^ turned(b, 19) ^ b >> 10
            words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
        }
        var (a, b, c, d) = (hash[0], hash[1], hash[2], hash[3])
        var (e, f, g, h) = (hash[4], hash[5], hash[6], hash[7])
        for index in 0..<64 {
            let sum = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
            let first = h &+ sum &+ ((e & f) ^ (~e & g)) &+ constants[index] &+ words[index]
            let second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { hash[index] &+= word }
    }
    return hash.map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
    .joined()
}

private func firstPrimes(_ count: Int) -> [Double] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
        if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
        candidate += 1
    }
    return primes.map(Double.init)
}

@inline(__always)
private func turned(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

/// The first 32 bits behind the point.
private func fraction(_ value: Double) -> UInt32 { UInt32((value - value.rounded(.down)) * 4_294_967_296) }

/// Newton's method; exact enough for 32 bits behind the point.
private func cubeRoot(_ value: Double) -> Double {
    var root = value / 3 + 1
    for _ in 0..<60 { root -= (root * root * root - value) / (3 * root * root) }
    return root
}
