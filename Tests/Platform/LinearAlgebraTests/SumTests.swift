import LinearAlgebra
import Testing

@Suite("Sums of vectors")
struct SumTests {
    @Test("sums and dot products of every length are those of double precision")
    func sumsAgree() {
        var generator = SeededGenerator(seed: 5)
        for count in 0...300 {
            let a = (0..<count).map { _ in Float(generator.unit()) }
            let b = (0..<count).map { _ in Float(generator.unit()) }
            let sum = a.reduce(0.0) { $0 + Double($1) }
            let product = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            // Of up to 300 numbers below 1, each rounded once.
            #expect(abs(Double(sumOfElements(a.span)) - sum) < 1e-4)
            #expect(abs(Double(dotProduct(a.span, b.span)) - product) < 1e-4)
        }
    }
}
