import LinearAlgebra

// The registration's losses in double precision, written from their definitions without any shared code.

func diceTwin(_ a: [Double], _ b: [Double]) -> Double {
    let common = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    return (2 * common + 1) / ((a + b).reduce(0) { $0 + $1 * $1 } + 1)
}

func correlationTwin(_ a: [Double], _ b: [Double], mask: [Double]) -> Double {
    let weight = max(mask.reduce(0, +), 1)
    func centered(_ image: [Double]) -> [Double] {
        let mean = zip(image, mask).reduce(0) { $0 + $1.0 * $1.1 } / weight
        return zip(image, mask).map { ($0 - mean) * $1 }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (first, second) = (centered(a), centered(b))
    return product(first, second) / max(product(first, first) * product(second, second), 1e-6).squareRoot()
}

/// Displacements (2, knots, knots).
func bendingTwin(_ displacements: [Double], knots: Int = 7) -> Double {
    func value(_ axis: Int, _ row: Int, _ column: Int) -> Double {
        displacements[(axis * knots + row) * knots + column]
    }
    var (along, down, mixed): ([Double], [Double], [Double]) = ([], [], [])
    for axis in 0..<2 {
        for row in 0..<knots {
            for column in 0..<knots - 2 {
                let ends = value(axis, row, column) + value(axis, row, column + 2)
                along.append(ends - 2 * value(axis, row, column + 1))
            }
        }
        for row in 0..<knots - 2 {
            for column in 0..<knots {
                let ends = value(axis, row, column) + value(axis, row + 2, column)
                down.append(ends - 2 * value(axis, row + 1, column))
            }
        }
        for row in 0..<knots - 1 {
            for column in 0..<knots - 1 {
                let upper = value(axis, row, column + 1) - value(axis, row, column)
                mixed.append(value(axis, row + 1, column + 1) - value(axis, row + 1, column) - upper)
            }
        }
    }
    func meanSquare(_ values: [Double]) -> Double {
        values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    }
    return meanSquare(along) + meanSquare(down) + 2 * meanSquare(mixed)
}

func displacementSizeTwin(_ displacements: [Double]) -> Double {
    displacements.reduce(0) { $0 + $1 * $1 } / Double(displacements.count)
}

func affineSizeTwin(_ affine: [Double]) -> Double {
    let linear = [0, 1, 3, 4].reduce(0) { $0 + affine[$1] * affine[$1] }
    return linear + 0.5 * (affine[2] * affine[2] + affine[5] * affine[5])
}

/// The whole loss of one pair.
///
/// - Parameters:
///   - warp: of the moving image (3, height, width), with displacements.
///   - fixed: (3, rows, columns).
func registrationTwin(_ warp: WarpTwin, fixed: [Double]) -> Double {
    let size = warp.rows * warp.columns
    func plane(_ values: [Double], _ channel: Int) -> [Double] {
        Array(values[channel * size..<(channel + 1) * size])
    }
    func dice(_ output: [Double]) -> Double {
        (1...2).reduce(0) { $0 + diceTwin(plane(output, $1), plane(fixed, $1)) / 2 }
    }
    var affineOnly = warp
    affineOnly.displacements = []
    let output = warp.output()
    let mask = (0..<size).map { pixel in
        let moved = output[size + pixel] + output[2 * size + pixel]
        return min(max(moved * (fixed[size + pixel] + fixed[2 * size + pixel]), 0), 1)
    }
    let correlation = correlationTwin(plane(output, 0), plane(fixed, 0), mask: mask)
    let agreement = (1 - dice(output)) + 0.5 * (1 - dice(affineOnly.output())) + 0.3 * (1 - correlation)
    return agreement + 2 * bendingTwin(warp.displacements) + 0.5 * displacementSizeTwin(warp.displacements)
        + 0.02 * affineSizeTwin(warp.affine)
}
