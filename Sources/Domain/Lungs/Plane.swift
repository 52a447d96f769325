/// A mask under construction: one bit a pixel, in whole words a row, with a frame of zeros around.
///
/// Every row has at least one unused bit at its end, which is 0 and so parts it from the next row: shifting
/// all words as one long string moves every row at once. A row of zeros lies above the first and below the
/// last.
struct Plane: Sendable {
    private(set) var rows = 0
    private(set) var columns = 0
    /// Words from one row to the next.
    private(set) var stride = 1
    /// ((rows + 2) * stride + 2): see `origin`.
    var words: [UInt64] = []

    /// Place of the first word of row 0.
    var origin: Int { stride + 1 }
    /// Places of the words of all rows.
    var places: Range<Int> { origin..<origin + rows * stride }

    init() {}

    /// An empty plane.
    init(rows: Int, columns: Int) {
        reset(rows: rows, columns: columns)
    }

    /// Makes the plane an empty one of another size; allocates only to grow.
    mutating func reset(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        self.rows = rows
        self.columns = columns
        stride = columns / 64 + 1
        let count = (rows + 2) * stride + 2
        words.removeAll(keepingCapacity: true)
        words.append(contentsOf: repeatElement(0, count: count))
    }

    /// Makes the plane a copy of another; allocates only to grow.
    mutating func copy(_ other: Plane) {
        (rows, columns, stride) = (other.rows, other.columns, other.stride)
        words.removeAll(keepingCapacity: true)
        words.append(contentsOf: other.words)
    }

    /// A pixel; slow.
    subscript(y: Int, x: Int) -> Bool {
        get { words[origin + y * stride + x / 64] >> UInt64(x % 64) & 1 == 1 }
        set {
            precondition(x >= 0 && x < columns && y >= 0 && y < rows)
            let place = origin + y * stride + x / 64
            words[place] &= ~(1 << UInt64(x % 64))
            if newValue { words[place] |= 1 << UInt64(x % 64) }
        }
    }

    /// The bits of a row's word that are pixels.
    func pixelBits(ofWord word: Int) -> UInt64 {
        let count = columns - 64 * word
        return count >= 64 ? .max : count <= 0 ? 0 : (1 << UInt64(count)) - 1
    }

    /// Number of pixels that are 1.
    var area: Int {
        var sum = 0
        for word in words { sum &+= word.nonzeroBitCount }
        return sum
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Keeps only the pixels that are also set in a plane of the same size.
    mutating func formIntersection(_ other: Plane) {
        precondition(other.rows == rows && other.columns == columns)
        for place in places { words[place] &= other.words[place] }
    }

    /// Sets the pixels that are set in a plane of the same size.
    mutating func formUnion(_ other: Plane) {
        precondition(other.rows == rows && other.columns == columns)
        for place in places { words[place] |= other.words[place] }
    }

    /// Clears the pixels that are set in a plane of the same size.
    mutating func subtract(_ other: Plane) {
        precondition(other.rows == rows && other.columns == columns)
        for place in places { words[place] &= ~other.words[place] }
    }

    /// Turns every pixel over.
    mutating func invert() {
        for y in 0..<rows {
            for word in 0..<stride { words[origin + y * stride + word] ^= pixelBits(ofWord: word) }
        }
    }

    /// Sets a run's pixels.
    mutating func fill(_ run: Run) {
        fill(row: Int(run.row), Int(run.start)..<Int(run.end))
    }

    /// Sets the pixels of some columns of a row.
    mutating func fill(row: Int, _ range: Range<Int>) {
        forEachWord(row: row, range) { word, bits in word |= bits }
    }

    /// Clears the pixels of some columns of a row.
    mutating func clear(row: Int, _ range: Range<Int>) {
        forEachWord(row: row, range) { word, bits in word &= ~bits }
    }

    /// Calls a function with each word that holds some columns of a row, and with these columns' bits.
    @inline(__always)
    private mutating func forEachWord(row: Int, _ range: Range<Int>, _ body: (inout UInt64, UInt64) -> Void) {
        guard !range.isEmpty else { return }
        precondition(row >= 0 && row < rows && range.lowerBound >= 0 && range.upperBound <= columns)
        let base = origin + row * stride
        let (first, last) = (range.lowerBound / 64, (range.upperBound - 1) / 64)
        for word in first...last {
            var bits = UInt64.max
            if word == first { bits &= .max << UInt64(range.lowerBound % 64) }
            if word == last { bits &= .max >> UInt64(63 - (range.upperBound - 1) % 64) }
            body(&words[base + word], bits)
        }
    }

    /// Number of a run's pixels that are 1.
    func count(_ run: Run) -> Int {
        let base = origin + Int(run.row) * stride
        let (first, last) = (Int(run.start) / 64, (Int(run.end) - 1) / 64)
        var sum = 0
        for word in first...last {
            var bits = words[base + word]
            if word == first { bits &= .max << UInt64(Int(run.start) % 64) }
            if word == last { bits &= .max >> UInt64(63 - (Int(run.end) - 1) % 64) }
            sum += bits.nonzeroBitCount
        }
        return sum
    }

    /// Makes the plane the part of another that lies inside a box, which may reach beyond it: what lies
    /// outside is 0.
    mutating func cut(_ box: Box, of other: Plane) {
        reset(rows: box.rows, columns: box.columns)
        for y in max(0, -box.top)..<max(max(0, -box.top), min(rows, other.rows - box.top)) {
            let base = origin + y * stride
            for word in 0..<stride {
                let bits = other.bits(row: y + box.top, from: box.left + 64 * word)
                words[base + word] = bits & pixelBits(ofWord: word)
            }
        }
    }

    /// 64 pixels of a row from a column on; outside of the row they are 0.
    private func bits(row: Int, from column: Int) -> UInt64 {
        let base = origin + row * stride
        let (word, shift) = (column >> 6, UInt64(column & 63))
        let low = word >= 0 && word < stride ? words[base + word] : 0
        guard shift > 0 else { return low }
        let high = word + 1 >= 0 && word + 1 < stride ? words[base + word + 1] : 0
        return low >> shift | high << (64 - shift)
    }

    /// The smallest box around all pixels that are 1; nil when there is none.
    var boundingBox: Box? {
        var box = Box(top: .max, bottom: 0, left: .max, right: 0)
        for y in 0..<rows {
            let base = origin + y * stride
            for word in 0..<stride where words[base + word] != 0 {
                let bits = words[base + word]
                box.top = min(box.top, y)
                box.bottom = y + 1
                box.left = min(box.left, 64 * word + bits.trailingZeroBitCount)
                box.right = max(box.right, 64 * word + 64 - bits.leadingZeroBitCount)
            }
        }
        return box.bottom == 0 ? nil : box
    }
}
