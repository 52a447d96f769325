import TestKit
import Testing

@testable import Lungs

/// Fast kernels against slow twins that follow the definitions word by word.
@Suite("twins")
struct TwinTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]

    /// A random mask of a random size: noise, or blots.
    private func plane(seed: UInt64) -> Plane {
        var random = SplitMix64(seed: seed)
        let (rows, columns) = (
            Int.random(in: 1...20, using: &random), Int.random(in: 1...140, using: &random)
        )
        let share = [0.02, 0.3, 0.5, 0.7, 0.98][Int(seed % 5)]
        let pixels = (0..<rows * columns).map { _ in random.unit() < share ? UInt8(1) : 0 }
        return Plane(rows: rows, columns: columns, pixels: pixels)
    }

    /// Smallest squared distance from a pixel to one of a value; with a border of 0 around the plane or
    /// without.
    private func nearest(_ plane: Raster, _ value: UInt8, x: Int, y: Int, bordered: Bool) -> Int {
        var best = Int.max
        for row in -1...plane.rows {
            for column in -1...plane.columns {
                let isBorder = row < 0 || column < 0 || row == plane.rows || column == plane.columns
                if isBorder && !bordered { continue }
                let there = isBorder ? 0 : plane.pixels[row * plane.columns + column]
                if there == value { best = min(best, (x - column) * (x - column) + (y - row) * (y - row)) }
            }
        }
        return best
    }

    @Test("erosion and dilation by discs", arguments: seeds, [0.0, 1, 1.5, 2.5, 3, 4.3, 7, 9])
    func discs(seed: UInt64, radius: Double) {
        let plane = plane(seed: seed)
        let disc = StructuringElement.disc(radius: radius)
        let dilated = plane.changed { $0.dilate(&$1, by: disc) }.pixels
        let eroded = plane.changed { $0.erode(&$1, by: disc) }.pixels
        let unbordered = plane.changed { $0.erodeWithinEdges(&$1, by: disc) }.pixels
        let raster = Raster(plane)
        func isFar(_ squared: Int) -> Bool { squared == .max || Double(squared).squareRoot() > radius }
        for y in 0..<plane.rows {
            for x in 0..<plane.columns {
                let place = y * plane.columns + x
                #expect((dilated[place] == 0) == isFar(nearest(raster, 1, x: x, y: y, bordered: false)))
                #expect((eroded[place] == 1) == isFar(nearest(raster, 0, x: x, y: y, bordered: true)))
                #expect((unbordered[place] == 1) == isFar(nearest(raster, 0, x: x, y: y, bordered: false)))
            }
        }
    }

    @Test("closing never removes a pixel, and closing twice is closing once", arguments: seeds)
    func closing(seed: UInt64) {
        let plane = plane(seed: seed)
        let disc = StructuringElement.disc(radius: 4.2)
        let closed = plane.changed { $0.close(&$1, by: disc) }
        #expect(zip(plane.pixels, closed.pixels).allSatisfy { $0 <= $1 })
        #expect(closed.changed { $0.close(&$1, by: disc) }.pixels == closed.pixels)
    }

    @Test("a diamond is a cross applied again and again", arguments: seeds, 1...4)
    func diamonds(seed: UInt64, radius: Int) {
        let plane = plane(seed: seed)
        var (eroded, dilated, opened) = (plane, plane, plane)
        for _ in 0..<radius {
            eroded = eroded.changed { $0.erode(&$1, by: .diamond(radius: 1)) }
            dilated = dilated.changed { $0.dilate(&$1, by: .diamond(radius: 1)) }
            opened = opened.changed { $0.erode(&$1, by: .diamond(radius: 1)) }
        }
        for _ in 0..<radius { opened = opened.changed { $0.dilate(&$1, by: .diamond(radius: 1)) } }
        let diamond = StructuringElement.diamond(radius: radius)
        #expect(plane.changed { $0.erode(&$1, by: diamond) }.pixels == eroded.pixels)
        #expect(plane.changed { $0.dilate(&$1, by: diamond) }.pixels == dilated.pixels)
        #expect(plane.changed { $0.open(&$1, by: diamond) }.pixels == opened.pixels)
    }

    @Test("which of two masks is nearer", arguments: seeds + [7, 8, 9, 10, 11, 12])
    func parting(seed: UInt64) {
        let left = plane(seed: seed)
        var random = SplitMix64(seed: seed + 100)
        let pixels = left.pixels.map { _ in random.unit() < 0.03 ? UInt8(1) : 0 }
        let right = Plane(rows: left.rows, columns: left.columns, pixels: pixels)
        var parting = Parting()
        parting.take(left: left, right: right)
        let (a, b) = (Raster(left), Raster(right))
        for y in 0..<left.rows {
            for x in 0..<left.columns {
                let toLeft = nearest(a, 1, x: x, y: y, bordered: false)
                #expect(
                    parting.isLeft(x: x, y: y) == (toLeft <= nearest(b, 1, x: x, y: y, bordered: false))
                )
            }
        }
    }

    @Test("a part that reaches beyond the plane", arguments: seeds, [-70, -64, -3, 0, 5, 64, 100])
    func cut(seed: UInt64, left: Int) {
        let plane = plane(seed: seed)
        let box = Box(top: -2, bottom: plane.rows + 3, left: left, right: left + 90)
        var cut = Plane()
        cut.cut(box, of: plane)
        for y in 0..<box.rows {
            for x in 0..<box.columns {
                let (row, column) = (y + box.top, x + box.left)
                let isInside = row >= 0 && row < plane.rows && column >= 0 && column < plane.columns
                #expect(cut[y, x] == (isInside && plane[row, column]))
            }
        }
    }

    @Test("runs, counts and boxes", arguments: seeds)
    func runs(seed: UInt64) {
        let plane = plane(seed: seed)
        var (runs, drawn, inverse) = ([Run](), Plane(rows: plane.rows, columns: plane.columns), plane)
        inverse.invert()
        plane.findRuns(of: true, into: &runs)
        for run in runs {
            drawn.fill(run)
            #expect(plane.count(run) == run.count && inverse.count(run) == 0)
        }
        #expect(drawn.pixels == plane.pixels)
        #expect(plane.area == runs.reduce(0) { $0 + $1.count })
        let whole = Components(of: plane).whole
        #expect(plane.boundingBox == (runs.isEmpty ? nil : whole.box))
        for run in runs { drawn.clear(row: Int(run.row), run.columns) }
        #expect(drawn.isEmpty)
        var labels = [UInt8](repeating: 0, count: plane.rows * plane.columns)
        let all = Box(top: 0, bottom: plane.rows, left: 0, right: plane.columns)
        plane.write(2, into: &labels, at: all, columns: plane.columns)
        inverse.write(1, into: &labels, at: all, columns: plane.columns)
        #expect(labels == plane.pixels.map { $0 + 1 })
    }

    /// Numbers of 4-connected components by flood fill, in reading order of their first pixels; -1 elsewhere.
    private func flooded(_ plane: Raster, _ value: UInt8) -> [Int] {
        var numbers = [Int](repeating: -1, count: plane.pixels.count)
        var count = 0
        for start in numbers.indices where plane.pixels[start] == value && numbers[start] < 0 {
            var waiting = [start]
            numbers[start] = count
            while let place = waiting.popLast() {
                let (y, x) = place.quotientAndRemainder(dividingBy: plane.columns)
                for (row, column) in [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)] {
                    guard row >= 0, column >= 0, row < plane.rows, column < plane.columns else { continue }
                    let next = row * plane.columns + column
                    guard plane.pixels[next] == value, numbers[next] < 0 else { continue }
                    numbers[next] = count
                    waiting.append(next)
                }
            }
            count += 1
        }
        return numbers
    }

    @Test("components, their numbers and their measures", arguments: seeds, [UInt8(0), 1])
    func components(seed: UInt64, value: UInt8) {
        let plane = plane(seed: seed)
        var fast = Components(of: plane, value: value == 1)
        fast.group()
        let slow = flooded(Raster(plane), value)
        var numbers = [Int](repeating: -1, count: slow.count)
        for run in fast.runs {
            for x in run.start..<run.end {
                numbers[Int(run.row) * plane.columns + Int(x)] = Int(run.component)
            }
        }
        #expect(numbers == slow)
        for (index, component) in fast.all.enumerated() {
            var grouped: [Int] = []
            fast.forEachRun(of: index) { run in
                grouped += run.columns.map { Int(run.row) * plane.columns + $0 }
            }
            #expect(grouped == slow.indices.filter { slow[$0] == index })
            let places = slow.indices.filter { slow[$0] == index }
            let (xs, ys) = (places.map { $0 % plane.columns }, places.map { $0 / plane.columns })
            #expect(component.area == places.count)
            #expect(component.sumX == xs.reduce(0, +))
            #expect(component.sumY == ys.reduce(0, +))
            #expect(component.box.left == xs.min() && component.box.right == (xs.max() ?? 0) + 1)
            #expect(component.box.top == ys.min() && component.box.bottom == (ys.max() ?? 0) + 1)
        }
        #expect(fast.largest.map { fast.all[$0].area } == fast.all.map(\.area).max())
    }

    @Test("holes are what no path leads out of", arguments: seeds)
    func holes(seed: UInt64) {
        let plane = plane(seed: seed)
        let numbers = flooded(Raster(plane), 0)
        var open = Set<Int>()
        for place in numbers.indices where numbers[place] >= 0 {
            let (y, x) = place.quotientAndRemainder(dividingBy: plane.columns)
            if y == 0 || x == 0 || y == plane.rows - 1 || x == plane.columns - 1 {
                open.insert(numbers[place])
            }
        }
        let slow = numbers.map { UInt8($0 >= 0 && open.contains($0) ? 0 : 1) }
        #expect(plane.changed { $0.fillHoles(&$1) }.pixels == slow)
    }

    @Test("rounding to half precision")
    func halves() {
        var random = SplitMix64(seed: 9)
        let values = (0..<20_000).map { _ in Float(random.unit()) } + (0..<20_000).map { Float($0) * 0x1p-27 }
        #if !(os(macOS) && arch(x86_64))
            #expect(values.allSatisfy { roundedToHalf($0) == Float(Float16($0)) })
        #endif
        #expect([0, 0.5, 1].allSatisfy { roundedToHalf($0) == $0 })
        #expect(roundedToHalf(0.1) == 0.0999755859375)
    }
}
