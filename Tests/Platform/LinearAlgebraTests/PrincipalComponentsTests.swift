import LinearAlgebra
import Testing

@Suite("Principal components")
struct PrincipalComponentsTests {
    /// Rows with standard deviations 5, 4, 3 … along a rotated basis of D dimensions.
    private func sample(rows: Int, columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        let basis = (0..<columns).map { _ in (0..<columns).map { _ in generator.normal() } }
        var data = Matrix(rows: rows, columns: columns)
        for row in 0..<rows {
            for direction in 0..<min(5, columns) {
                let length = Float(5 - direction) * generator.normal()
                for column in 0..<columns { data[row, column] += length * basis[direction][column] + 0.1 }
            }
        }
        return data
    }

    @Test("are orthonormal, whichever side is longer", arguments: [(40, 12), (12, 40), (12, 12)])
    func orthonormal(rows: Int, columns: Int) {
        let fitted = PrincipalComponents(fitting: sample(rows: rows, columns: columns, seed: 5), count: 4)
        let products = multiply(fitted.components, transposed: true, fitted.components)
        for row in 0..<4 {
            for column in 0..<4 {
                #expect(abs(products[row, column] - (row == column ? 1 : 0)) < 1e-5)
            }
        }
    }

    @Test("are the same through the rows' products and through the columns'")
    func bothWaysAgree() {
        // The data of 30 rows in 20 columns, and the same with 15 empty columns: now the other way is taken.
        let data = sample(rows: 30, columns: 20, seed: 6)
        var wide = Matrix(rows: 30, columns: 35)
        for row in 0..<30 {
            for column in 0..<20 { wide[row, column] = data[row, column] }
        }
        let narrow = PrincipalComponents(fitting: data, count: 5)
        let other = PrincipalComponents(fitting: wide, count: 5)
        for column in 0..<5 {
            for row in 0..<20 {
                #expect(abs(narrow.components[row, column] - other.components[row, column]) < 1e-5)
            }
            for row in 20..<35 { #expect(abs(other.components[row, column]) < 1e-6) }
        }
    }

    @Test("explain falling variances, with a positive largest element")
    func ordered() {
        let data = sample(rows: 200, columns: 10, seed: 7)
        let fitted = PrincipalComponents(fitting: data, count: 5)
        let variances = (0..<5).map { component -> Float in
            (0..<data.rows).reduce(0) { sum, row in
                let value = fitted.project(Array(data.row(row)))[component]
                return sum + value * value
            }
        }
        #expect(variances == variances.sorted(by: >))
        for column in 0..<5 {
            let direction = (0..<10).map { fitted.components[$0, column] }
            let largest = direction.max { abs($0) < abs($1) }
            #expect((largest ?? -1) > 0)
        }
    }

    @Test("beyond the rank are zero, so the dimension does not depend on the data")
    func rankDeficient() {
        let data = Matrix(stacking: [[1, 0, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0]])
        let fitted = PrincipalComponents(fitting: data, count: 3)
        #expect(fitted.mean == [2, 0, 0, 0])
        #expect(fitted.components.columns == 3)
        #expect(fitted.project([5, 9, 9, 9]) == [3, 0, 0])
    }

    @Test("of vectors with NaN are none, instead of a crash")
    func notANumber() {
        let data = Matrix(stacking: [[1, .nan], [2, 3], [0, 1]])
        #expect(PrincipalComponents(fitting: data, count: 2).components.values == [0, 0, 0, 0])
    }

    @Test("of a known matrix are the known ones")
    func knownEigenvectors() throws {
        let found = largestEigenvectors(ofSymmetric: [2, 1, 1, 2], side: 2, count: 2)
        #expect(abs(try #require(found.values.first) - 3) < 1e-12)
        #expect(abs(try #require(found.values.last) - 1) < 1e-12)
        let half = 0.5.squareRoot()
        for value in try #require(found.vectors.first) { #expect(abs(value - half) < 1e-12) }
    }
}

@Suite("Seeded generator")
struct SeededGeneratorTests {
    @Test("repeats itself, and differs by seed and stream")
    func repeats() {
        func draw(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
            var generator = SeededGenerator(seed: seed, stream: stream)
            return (0..<4).map { _ in generator.next() }
        }
        #expect(draw(1, 0) == draw(1, 0))
        #expect(Set([draw(1, 0), draw(2, 0), draw(1, 1), draw(2, 1)]).count == 4)
    }

    @Test("draws normal numbers of mean 0 and deviation 1, and weighted indices by their weights")
    func distributions() {
        var generator = SeededGenerator(seed: 9)
        let numbers = (0..<20_000).map { _ in Double(generator.normal()) }
        let mean = numbers.reduce(0, +) / 20_000
        let deviation = (numbers.map { $0 * $0 }.reduce(0, +) / 20_000).squareRoot()
        // Four standard errors.
        #expect(abs(mean) < 0.029)
        #expect(abs(deviation - 1) < 0.02)
        var counts = [0, 0, 0]
        for _ in 0..<8_000 { counts[generator.index(runningWeights: [1, 1, 4])] += 1 }
        #expect(abs(counts[0] - 2_000) < 160 && counts[1] == 0)
        #expect((0..<1_000).allSatisfy { _ in (0..<7).contains(generator.below(7)) })
    }

    @Test("shuffles without losing anything")
    func shuffles() {
        var generator = SeededGenerator(seed: 10)
        var elements = Array(0..<50)
        generator.shuffle(&elements)
        #expect(elements != Array(0..<50) && elements.sorted() == Array(0..<50))
    }
}
