import TestKit
import Testing
import Tomography

@testable import Lungs

@Suite("grid of means")
struct MeanGridTests {
    @Test("every pixel is the sum of its four, each limited, whatever the width", arguments: 2...70)
    func sums(columns: Int) throws {
        var random = SplitMix64(seed: UInt64(columns))
        let rows = Int.random(in: 2...9, using: &random)
        // All numbers there are, so that a sum of unlimited ones would overflow.
        let values = (0..<rows * columns).map { _ in Int16.random(in: .min ... .max, using: &random) }
        let slice = try #require(
            CTSlice(rows: rows, columns: columns, scale: .hounsfield, spacing: nil, values: values)
        )
        let grid = MeanGrid(of: slice)
        #expect(grid.rows == rows / 2 && grid.columns == columns / 2)
        func limited(_ y: Int, _ x: Int) -> Int {
            min(
                max(Int(values[y * columns + x]), Int(MeanGrid.clip.lowerBound)),
                Int(MeanGrid.clip.upperBound)
            )
        }
        for y in 0..<grid.rows {
            for x in 0..<grid.columns {
                let sum =
                    limited(2 * y, 2 * x) + limited(2 * y, 2 * x + 1) + limited(2 * y + 1, 2 * x)
                    + limited(2 * y + 1, 2 * x + 1)
                #expect(Int(grid.sums[y * grid.columns + x]) == sum)
            }
        }
    }
}
