import Synchronization

/// Everything that segmentation keeps besides its result. It is used again for the next slice, so that slices
/// which are no larger than one before cost no allocation.
struct Scratch: Sendable {
    var grid = MeanGrid()
    var morphology = Morphology()
    var densities = Densities()
    /// Body, body without its rim, and the air inside.
    var body = Plane()
    var within = Plane()
    var inside = Plane()
    /// The components of the air; of what an erosion leaves of one of them, or of the body.
    var air = Components()
    var parts = Components()
    /// One component, and what is made of it.
    var part = Plane()
    var core = Plane()
    var left = Plane()
    var right = Plane()
    var parting = Parting()
    var junction = JunctionLine()
    /// The numbers of the components that are lung.
    var kept: [Int] = []
    var runs: [Run] = []

    /// Sets pixels of the lung on the left or on the right.
    mutating func fill(_ isLeft: Bool, row: Int, _ columns: Range<Int>) {
        if isLeft { left.fill(row: row, columns) } else { right.fill(row: row, columns) }
    }

    /// Slices beyond this many pixels leave no scratch behind, which would hold their memory for good.
    private static let keptPixelsMaximum = 1 << 21
    /// As many are kept as there were slices at the same time, up to this.
    private static let keptMaximum = 16
    private static let idle = Mutex<[Scratch]>([])

    /// Lends scratch memory to one slice.
    ///
    /// - Parameter pixels: the slice's number of pixels.
    static func lent<Result>(pixels: Int, _ body: (inout Scratch) -> Result) -> Result {
        var scratch = idle.withLock { $0.popLast() } ?? Scratch()
        let result = body(&scratch)
        if pixels <= keptPixelsMaximum {
            idle.withLock { if $0.count < keptMaximum { $0.append(scratch) } }
        }
        return result
    }
}
