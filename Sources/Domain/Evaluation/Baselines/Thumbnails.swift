import Lungs

/// Side of the small pictures, pixels.
let thumbnailSide = 32

/// Means over square cells: (side x side) of a plane of 128 x 128; side divides 128.
func pooled(_ plane: [Float], side: Int) -> [Float] {
    let cell = LungCrop.side / side
    let share = 1 / Float(cell * cell)
    var means = [Float](repeating: 0, count: side * side)
    let pixels = plane.span
    var target = means.mutableSpan
    for row in 0..<LungCrop.side {
        var pixel = row * LungCrop.side
        for place in row / cell * side..<(row / cell + 1) * side {
            var sum: Float = 0
            for _ in 0..<cell {
                sum += pixels[pixel]
                pixel += 1
            }
            target[place] += sum * share
        }
    }
    return means
}

/// A vector minus its mean.
func centered(_ vector: [Float]) -> [Float] {
    let mean = Float(vector.reduce(0.0) { $0 + Double($1) } / Double(max(1, vector.count)))
    return vector.map { $0 - mean }
}
