import Neighbors

/// What some queries took and found, one at a time in one thread.
struct SearchTimes: Encodable {
    /// (Q).
    private(set) var milliseconds: [Double] = []
    /// (Q) numbers of the items found, nearest first.
    private(set) var found: [[Int]] = []
    /// Distances computed, in the mean of the queries.
    private(set) var distancesComputed = 0.0
    /// Vectors in the rings that were opened, in the mean.
    private(set) var candidates = 0.0
    /// Rings that were opened, in the mean.
    private(set) var ringsVisited = 0.0

    /// Asks each query once.
    init(_ view: NeighborView, queries: [NeighborQuery]) throws {
        var answers: [NeighborAnswer] = []
        for query in queries {
            let start = ContinuousClock.now
            let answer = try view.search(query)
            self.milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
            answers.append(answer)
        }
        let count = Double(max(1, queries.count))
        self.found = answers.map { $0.neighbors.map { OurIndex.number($0.id) } }
        self.distancesComputed = Double(answers.reduce(0) { $0 + $1.cost.distancesComputed }) / count
        self.candidates = Double(answers.reduce(0) { $0 + $1.cost.candidates }) / count
        self.ringsVisited = Double(answers.reduce(0) { $0 + $1.cost.ringsVisited }) / count
    }
}
