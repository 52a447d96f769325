import Glibc
import Learning
import LinearAlgebra

/// A view in double precision, pixel by pixel from its definition: slow, and the judge of `apply`.
struct ViewTwin {
    let view: DrawnView
    let shape: SampledShape
    let imageCount: Int

    /// (channels, height, width) of the same.
    func apply(to slice: [Float]) -> [Double] {
        (0..<shape.channels).flatMap { channel in
            let start = channel * shape.planeSize
            let moved = moved(slice[start..<start + shape.planeSize].map { Double($0) })
            return channel < imageCount ? changed(moved, channel: channel) : moved
        }
    }

    private func moved(_ plane: [Double]) -> [Double] {
        let (height, width) = (Double(shape.height), Double(shape.width))
        let (cosine, sine) = (cos(Double(view.rotation)), sin(Double(view.rotation)))
        return pixels { row, column in
            // From the middle, in pixels.
            let x = (Double(column) + 0.5 - width / 2) * Double(view.scale.x)
            let y = (Double(row) + 0.5 - height / 2) * Double(view.scale.y)
            let sourceX = cosine * x - sine * y + Double(view.shift.x) * width / 2 + width / 2 - 0.5
            let sourceY = sine * x + cosine * y + Double(view.shift.y) * height / 2 + height / 2 - 0.5
            return value(plane, at: sourceY, sourceX)
        }
    }

    private func value(_ plane: [Double], at y: Double, _ x: Double) -> Double {
        let x = min(max(x, 0), Double(shape.width - 1))
        let y = min(max(y, 0), Double(shape.height - 1))
        let (column, row) = (Int(x), Int(y))
        let (across, down) = (x - Double(column), y - Double(row))
        let upper = (1 - across) * pixel(plane, row, column) + across * pixel(plane, row, column + 1)
        let lower = (1 - across) * pixel(plane, row + 1, column) + across * pixel(plane, row + 1, column + 1)
        return (1 - down) * upper + down * lower
    }

    private func changed(_ plane: [Double], channel: Int) -> [Double] {
        var result = plane.map { value in
            (value + Double(view.curve) * value * (1 - value)) * Double(view.gain) + Double(view.offset)
        }
        if view.isBlurred {
            let sharp = result
            result = pixels { row, column in
                (0..<9).reduce(0) { $0 + pixel(sharp, row + $1 / 3 - 1, column + $1 % 3 - 1) } / 9
            }
        }
        // The noise itself is judged where it is made.
        var noise = [Float](repeating: 0.5, count: plane.count)
        var span = noise.mutableSpan
        let seed = view.noiseSeed &+ UInt64(channel) &* 0xD1B5_4A32_D192_ED03
        addNoise(to: &span, seed: seed, deviation: 0.1)
        return zip(result, noise).map { value, noise in
            min(max(value + (Double(noise) - 0.5) * 10 * Double(view.noise), 0), 1)
        }
    }

    private func pixel(_ plane: [Double], _ row: Int, _ column: Int) -> Double {
        plane[min(max(row, 0), shape.height - 1) * shape.width + min(max(column, 0), shape.width - 1)]
    }

    private func pixels(_ body: (Int, Int) -> Double) -> [Double] {
        (0..<shape.planeSize).map { body($0 / shape.width, $0 % shape.width) }
    }
}

/// (channels, height, width) of random numbers that half precision holds exactly.
func randomSlice(_ shape: SampledShape, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<shape.count).map { _ in Float(generator.below(1025)) / 1024 }
}
