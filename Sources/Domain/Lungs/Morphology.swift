/// Erosion, dilation, opening, closing and filling of planes, 64 pixels at a time.
///
/// A symmetric shape whose columns never grow outward is taken apart: each column of it is a vertical
/// stretch, made from the shorter stretches of the columns farther out by one more step up and down; and the
/// columns are put in their places by moving what is there by one pixel to both sides before the next, longer
/// stretch is added. A shape of reach R costs 2 R passes over the words, whatever the plane shows.
///
/// Holds the planes in between, so that nothing is allocated for planes no larger than before.
struct Morphology: Sendable {
    private var passes = Passes()
    private var padded = Plane()
    private var background = Components()

    /// Keeps every pixel whose neighborhood `element` holds no 0; outside of the plane all is 0.
    mutating func erode(_ plane: inout Plane, by element: StructuringElement) {
        passes.apply(element, to: &plane, Narrowing.self)
    }

    /// Keeps every pixel whose neighborhood `element` holds no 0 within the plane; the plane's edge takes
    /// nothing.
    mutating func erodeWithinEdges(_ plane: inout Plane, by element: StructuringElement) {
        let margin = element.reach + 1
        plane.invert()
        pad(plane, by: margin)
        passes.apply(element, to: &padded, Widening.self)
        cut(margin, to: &plane)
        plane.invert()
    }

    /// Sets every pixel whose neighborhood `element` holds a 1.
    mutating func dilate(_ plane: inout Plane, by element: StructuringElement) {
        let margin = element.reach + 1
        pad(plane, by: margin)
        passes.apply(element, to: &padded, Widening.self)
        cut(margin, to: &plane)
    }

    /// Erosion, then dilation.
    mutating func open(_ plane: inout Plane, by element: StructuringElement) {
        erode(&plane, by: element)
        // No pixel is set that was not set before the erosion, so nothing leaves the plane.
        passes.apply(element, to: &plane, Widening.self)
    }

    /// Dilation, then erosion, as if the plane went on without end. Never clears a pixel.
    mutating func close(_ plane: inout Plane, by element: StructuringElement) {
        let margin = element.reach + 1
        pad(plane, by: margin)
        passes.apply(element, to: &padded, Widening.self)
        passes.apply(element, to: &padded, Narrowing.self)
        cut(margin, to: &plane)
    }

    /// Fills every hole: 0-pixels from which no 4-connected path of 0-pixels leads to the edge.
    mutating func fillHoles(_ plane: inout Plane) {
        background.find(in: plane, value: false)
        for run in background.runs {
            let box = background.all[Int(run.component)].box
            let isHole = box.top > 0 && box.left > 0 && box.bottom < plane.rows && box.right < plane.columns
            if isHole { plane.fill(run) }
        }
    }

    private mutating func pad(_ plane: Plane, by margin: Int) {
        padded.cut(
            Box(top: 0, bottom: plane.rows, left: 0, right: plane.columns).grown(by: margin),
            of: plane
        )
    }

    private func cut(_ margin: Int, to plane: inout Plane) {
        let (rows, columns) = (plane.rows, plane.columns)
        plane.cut(Box(top: margin, bottom: margin + rows, left: margin, right: margin + columns), of: padded)
    }
}

/// One erosion or dilation, taken apart.
private struct Passes: Sendable {
    private var stretch = Plane()
    private var sum = Plane()
    private var spare = Plane()

    mutating func apply<Way: Joining>(
        _ element: StructuringElement,
        to plane: inout Plane,
        _ way: Way.Type
    ) {
        spare.reset(rows: plane.rows, columns: plane.columns)
        sum.copy(spare)
        stretch.copy(plane)
        var height = 0
        for offset in stride(from: element.reach, through: 0, by: -1) {
            while height < element.halfHeights[offset] {
                joinVertically(stretch, into: &spare, way)
                swap(&stretch, &spare)
                height += 1
            }
            if offset == element.reach {
                sum.copy(stretch)
            } else {
                joinHorizontally(sum, with: stretch, into: &spare, way)
                swap(&sum, &spare)
            }
        }
        swap(&plane, &sum)
    }
}

/// How neighbors are joined: by "or" when a mask grows, by "and" when it shrinks.
private protocol Joining {
    static func join(_ a: UInt64, _ b: UInt64) -> UInt64
}

private enum Widening: Joining {
    @inline(__always) static func join(_ a: UInt64, _ b: UInt64) -> UInt64 { a | b }
}

private enum Narrowing: Joining {
    @inline(__always) static func join(_ a: UInt64, _ b: UInt64) -> UInt64 { a & b }
}

/// Joins every pixel with the ones above and below it.
@inline(__always)
private func joinVertically<Way: Joining>(_ source: Plane, into target: inout Plane, _ way: Way.Type) {
    let (places, stride) = (source.places, source.stride)
    let words = source.words.span
    var result = target.words.mutableSpan
    precondition(words.count == result.count && places.upperBound + stride <= words.count)
    // SAFETY: places begin with `stride` and one words before them and end with as many behind them.
    for place in places {
        unsafe result[unchecked: place] = Way.join(
            Way.join(words[unchecked: place &- stride], words[unchecked: place &+ stride]),
            words[unchecked: place]
        )
    }
}

/// Joins every pixel with the ones before and behind it, and then with the same pixel of another plane.
@inline(__always)
private func joinHorizontally<Way: Joining>(
    _ source: Plane,
    with other: Plane,
    into target: inout Plane,
    _ way: Way.Type
) {
    let places = source.places
    let words = source.words.span
    let others = other.words.span
    var result = target.words.mutableSpan
    precondition(words.count == result.count && others.count == result.count)
    precondition(places.upperBound < words.count)
    // SAFETY: a word lies before the first place and behind the last.
    for place in places {
        let word = unsafe words[unchecked: place]
        let before = unsafe word << 1 | words[unchecked: place &- 1] >> 63
        let behind = unsafe word >> 1 | words[unchecked: place &+ 1] << 63
        unsafe result[unchecked: place] = Way.join(Way.join(before, behind), others[unchecked: place])
    }
}
