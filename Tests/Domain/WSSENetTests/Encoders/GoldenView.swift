import Glibc
import TestKit

/// One of the golden training steps' views, computed in PyTorch's order of operations: the first two of each
/// stage agree to 1e-6.
///
/// Our own kernels (`DrawnView`) show the same to some 1e-6, which is too far for this purpose: measured in
/// PyTorch itself, noise of 1e-6 on the views turns ReLUs on and off and changes norms of gradients by 1e-3.
struct GoldenView {
    /// (6): rows of (A | t).
    private let map: [Float]
    private let curve: Float
    private let gain: Float
    private let offset: Float
    private let isBlurred: Bool

    /// The views of a stage, "outline" or "detail".
    static func all(of stage: String, in arrays: GoldenArrays) throws -> [GoldenView] {
        func numbers(_ name: String) throws -> [Float] { try arrays.floats("step.\(stage).view.\(name)") }
        let (rotation, shift) = (try numbers("rotation"), try numbers("shift"))
        let (scale, aspect) = (try numbers("log_scale"), try numbers("log_aspect"))
        let none = [Float](repeating: 0, count: rotation.count)
        let changesGrey = stage == "detail"
        let curve = changesGrey ? try numbers("gamma") : none
        let gain = changesGrey ? try numbers("log_gain") : none
        let offset = changesGrey ? try numbers("offset") : none
        let blur = changesGrey ? try numbers("blur") : none
        return rotation.indices.map { index in
            let angle = Double(rotation[index])
            let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
            let width = rounded(exp, scale[index])
            let height = width * rounded(exp, aspect[index])
            let map = [
                width * cosine, -height * sine, shift[2 * index],
                width * sine, height * cosine, shift[2 * index + 1],
            ]
            return GoldenView(
                map: map,
                curve: curve[index],
                gain: rounded(exp, gain[index]),
                offset: offset[index],
                isBlurred: blur[index] != 0
            )
        }
    }

    private static func rounded(_ function: (Double) -> Double, _ value: Float) -> Float {
        Float(function(Double(value)))
    }

    /// Planes (side x side) as they are seen; the first `imageCount` are images.
    func applied(to planes: [[Float]], side: Int, imageCount: Int) -> [[Float]] {
        planes.enumerated().map { number, plane in
            let moved = moved(plane, side: side)
            return number < imageCount ? changed(moved, side: side) : moved
        }
    }

    private func moved(_ plane: [Float], side: Int) -> [Float] {
        let centers = Self.centers(side)
        func place(_ row: Int, _ x: Float, _ y: Float) -> Float {
            let place = x * map[3 * row] + y * map[3 * row + 1] + map[3 * row + 2]
            return min(max(((place + 1) * Float(side) - 1) / 2, 0), Float(side - 1))
        }
        return (0..<side * side).map { index in
            let (x, y) = (centers[index % side], centers[index / side])
            let (across, down) = (place(0, x, y), place(1, x, y))
            let (column, row) = (Int(across), Int(down))
            let (right, lower) = (min(column + 1, side - 1), min(row + 1, side - 1))
            let (w, n) = (across - Float(column), down - Float(row))
            let (e, s) = (1 - w, 1 - n)
            let upper = plane[row * side + column] * (s * e) + plane[row * side + right] * (s * w)
            return upper + plane[lower * side + column] * (n * e) + plane[lower * side + right] * (n * w)
        }
    }

    /// Of pixels, -1...1 from edge to edge, as `torch.linspace` and `affine_grid` round them.
    private static func centers(_ side: Int) -> [Float] {
        let step = 2 / Float(side - 1)
        return (0..<side).map { index in
            let corner: Float =
                index < side / 2
                ? Float(-1).addingProduct(step, Float(index))
                : Float(1).addingProduct(-step, Float(side - 1 - index))
            return corner * Float(side - 1) / Float(side)
        }
    }

    private func changed(_ image: [Float], side: Int) -> [Float] {
        var result = image.map { ($0 + curve * $0 * (1 - $0)) * gain + offset }
        if isBlurred {
            let sharp = result
            func pixel(_ row: Int, _ column: Int) -> Float {
                sharp[min(max(row, 0), side - 1) * side + min(max(column, 0), side - 1)]
            }
            result = sharp.indices.map { index in
                let (row, column) = (index / side, index % side)
                return (0..<9).reduce(0) { $0 + pixel(row + $1 / 3 - 1, column + $1 % 3 - 1) } / 9
            }
        }
        return result.map { min(max($0, 0), 1) }
    }
}
