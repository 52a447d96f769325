import Learning

#if canImport(Glibc)
    import Glibc
#endif

func errorFunction(_ value: Double) -> Double { erf(value) }

func pooling(
    _ source: DoubleTensor,
    _ kind: Operation.Pooling,
    _ rows: Int,
    _ columns: Int,
    _ stride: Int,
    _ padding: Int
) -> DoubleTensor {
    let height = (source.shape[2] + 2 * padding - rows) / stride + 1
    let width = (source.shape[3] + 2 * padding - columns) / stride + 1
    var result = DoubleTensor(zeros: [source.shape[0], source.shape[1], height, width])
    for n in 0..<source.shape[0] {
        for c in 0..<source.shape[1] {
            for y in 0..<height {
                for x in 0..<width {
                    var (sum, largest) = (0.0, -Double.infinity)
                    for dy in 0..<rows {
                        for dx in 0..<columns {
                            let (row, column) = (y * stride + dy - padding, x * stride + dx - padding)
                            guard row >= 0, row < source.shape[2], column >= 0, column < source.shape[3]
                            else {
                                continue
                            }
                            sum += source[n, c, row, column]
                            largest = max(largest, source[n, c, row, column])
                        }
                    }
                    result[n, c, y, x] = kind == .average ? sum / Double(rows * columns) : largest
                }
            }
        }
    }
    return result
}

func upsampling(_ source: DoubleTensor, _ factor: Int, _ interpolation: Operation.Interpolation)
    -> DoubleTensor
{
    let (height, width) = (source.shape[2], source.shape[3])
    var result = DoubleTensor(zeros: [source.shape[0], source.shape[1], height * factor, width * factor])
    func neighbors(_ place: Int, _ side: Int) -> (low: Int, high: Int, share: Double) {
        if interpolation == .nearest { return (place / factor, place / factor, 0) }
        let exact = min(max((Double(place) + 0.5) / Double(factor) - 0.5, 0), Double(side - 1))
        let low = Int(exact)
        return (low, min(low + 1, side - 1), exact - Double(low))
    }
    for n in 0..<source.shape[0] {
        for c in 0..<source.shape[1] {
            for y in 0..<height * factor {
                let rows = neighbors(y, height)
                for x in 0..<width * factor {
                    let columns = neighbors(x, width)
                    func row(_ y: Int) -> Double {
                        source[n, c, y, columns.low] * (1 - columns.share)
                            + source[n, c, y, columns.high] * columns.share
                    }
                    result[n, c, y, x] = row(rows.low) * (1 - rows.share) + row(rows.high) * rows.share
                }
            }
        }
    }
    return result
}

func concatenation(_ sources: [DoubleTensor]) -> DoubleTensor {
    let batch = sources[0].shape[0]
    var values: [Double] = []
    for n in 0..<batch {
        for source in sources {
            let size = source.values.count / batch
            values += source.values[n * size..<(n + 1) * size]
        }
    }
    var shape = sources[0].shape
    shape[1] = sources.reduce(0) { $0 + $1.shape[1] }
    return DoubleTensor(shape, values)
}
