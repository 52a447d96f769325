import LinearAlgebra
import Testing

@Suite("Products")
struct ProductTests {
    /// The definition, element by element, in double precision.
    private func slowProduct(
        _ a: Matrix,
        _ aIsTransposed: Bool,
        _ b: Matrix,
        _ bIsTransposed: Bool
    ) -> [Double] {
        let rows = aIsTransposed ? a.columns : a.rows
        let inner = aIsTransposed ? a.rows : a.columns
        let columns = bIsTransposed ? b.rows : b.columns
        var output = [Double](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                for k in 0..<inner {
                    let left = aIsTransposed ? a[k, row] : a[row, k]
                    let right = bIsTransposed ? b[column, k] : b[k, column]
                    output[row * columns + column] += Double(left) * Double(right)
                }
            }
        }
        return output
    }

    private func random(rows: Int, columns: Int, _ generator: inout SeededGenerator) -> Matrix {
        Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in generator.normal() })
    }

    @Test("are the sums of the definition for each transposition", arguments: [false, true], [false, true])
    func agreesWithDefinition(aIsTransposed: Bool, bIsTransposed: Bool) {
        var generator = SeededGenerator(seed: 1)
        let (rows, inner, columns) = (7, 19, 5)
        let a = random(rows: aIsTransposed ? inner : rows, columns: aIsTransposed ? rows : inner, &generator)
        let b = random(
            rows: bIsTransposed ? columns : inner,
            columns: bIsTransposed ? inner : columns,
            &generator
        )
        let product = multiply(a, transposed: aIsTransposed, b, transposed: bIsTransposed)
        #expect(product.rows == rows && product.columns == columns)
        for (value, expected) in zip(product.values, slowProduct(a, aIsTransposed, b, bIsTransposed)) {
            #expect(abs(Double(value) - expected) < 1e-5)
        }
    }

    @Test("add to what is there when asked to")
    func accumulates() {
        let a = Matrix(rows: 1, columns: 2, values: [1, 2])
        let b = Matrix(rows: 2, columns: 1, values: [3, 4])
        var product = Matrix(rows: 1, columns: 1, values: [100])
        multiply(a, b, into: &product, alpha: 2, beta: 0.5)
        #expect(product.values == [72])
    }

    @Test("of one vector have the bits of the plain loop")
    func denseIsTheLoop() {
        var generator = SeededGenerator(seed: 2)
        for (inputs, outputs) in [(1, 1), (3, 17), (100, 96), (33, 64), (5, 0)] {
            let input = (0..<inputs).map { _ in generator.normal() }
            let weights = random(rows: inputs, columns: outputs, &generator)
            let start = (0..<outputs).map { _ in generator.normal() }
            var expected = start
            for i in 0..<inputs {
                for j in 0..<outputs { expected[j] += input[i] * weights[i, j] }
            }
            var output = start
            addDense(input, weights: weights, to: &output)
            #expect(output.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test("select rows in the order asked for")
    func selectsRows() {
        let matrix = Matrix(stacking: [[1, 2], [3, 4], [5, 6]])
        #expect(matrix.selecting(rows: [2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
    }
}

@Suite("AdamW")
struct AdamWTests {
    @Test("steps by the rate against the gradient's sign at first, and shrinks by the decay")
    func firstStep() {
        var parameters: [Float] = [1, 1, 1]
        var state = AdamWState(count: 3)
        state.step(&parameters, gradients: [4, -0.001, 0], rate: 0.1, decay: 0.5)
        // With both averages corrected, the first step is rate · (sign + decay · parameter).
        #expect(abs(parameters[0] - (1 - 0.15)) < 1e-5)
        #expect(abs(parameters[1] - (1 + 0.05)) < 1e-4)
        #expect(abs(parameters[2] - 0.95) < 1e-6)
    }

    @Test("agrees with the published recurrence in double precision over 20 steps")
    func agreesWithTwin() {
        var generator = SeededGenerator(seed: 3)
        var parameters: [Float] = (0..<40).map { _ in generator.normal() }
        var twin = parameters.map { Double($0) }
        var (means, squares) = ([Double](repeating: 0, count: 40), [Double](repeating: 0, count: 40))
        var state = AdamWState(count: 40)
        var (meanPower, squarePower) = (1.0, 1.0)
        for _ in 0..<20 {
            let gradients = (0..<40).map { _ in generator.normal() }
            state.step(&parameters, gradients: gradients, rate: 0.01, decay: 0.1)
            meanPower *= 0.9
            squarePower *= 0.999
            for index in 0..<40 {
                let gradient = Double(gradients[index])
                means[index] = 0.9 * means[index] + 0.1 * gradient
                squares[index] = 0.999 * squares[index] + 0.001 * gradient * gradient
                let root = (squares[index] / (1 - squarePower)).squareRoot() + 1e-8
                twin[index] -= 0.01 * (means[index] / (1 - meanPower) / root + 0.1 * twin[index])
            }
        }
        // Twenty float steps of 0.01: rounding stays in the sixth digit; 0.999 itself is rounded in float.
        for (value, expected) in zip(parameters, twin) { #expect(abs(Double(value) - expected) < 2e-5) }
    }
}
