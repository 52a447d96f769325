import Contracts
import LinearAlgebra
import Lungs
import WSSENet
import Wire

/// The labels of a data set as matrices, filled page by page. A pair that no page lists counts as unlike (0).
struct PairLabels {
    /// One side: which members are on it, and how similar they are, (n x n) each, 1 on the diagonal.
    struct Side {
        /// Places in the data set, ascending.
        let members: [Int]
        var outline: Matrix
        /// Of outline and detail together.
        var detail: Matrix
        var density: Matrix

        init(members: [Int]) {
            self.members = members
            var own = Matrix(rows: members.count, columns: members.count)
            for index in members.indices { own[index, index] = 1 }
            (self.outline, self.detail, self.density) = (own, own, own)
        }

        /// - Parameter crops: of all members; those of this side are there.
        func set(_ crops: [LungCrop?], _ all: [DataSetMember]) -> TrainingSet {
            TrainingSet(
                crops: self.members.compactMap { crops[$0] },
                patients: self.members.map { all[$0].patientID.bytes },
                outline: self.outline,
                detail: self.detail,
                density: self.density
            )
        }
    }

    private(set) var training: Side
    private(set) var test: Side
    /// Whether all pages so far say where slices are equally dense.
    private(set) var hasDensities = true
    /// For each member whether it tests, and its place on its side; nil where it is left out.
    private let places: [(isTest: Bool, index: Int)?]

    /// - Parameter isPresent: for each member whether its slice is there.
    init(members: [DataSetMember], isPresent: [Bool]) {
        var (training, test): ([Int], [Int]) = ([], [])
        self.places = members.enumerated().map { index, member in
            guard isPresent[index] else { return nil }
            if member.isTest {
                test.append(index)
                return (true, test.count - 1)
            }
            training.append(index)
            return (false, training.count - 1)
        }
        self.training = Side(members: training)
        self.test = Side(members: test)
    }

    mutating func add(_ page: FetchPairs.Reply) {
        // Data sets from before densities have none.
        let densities = page.densities.flatMap { $0.count == page.pairs.count ? $0 : nil }
        if densities == nil, !page.pairs.isEmpty { self.hasDensities = false }
        for (number, pair) in page.pairs.enumerated() {
            guard Int(pair.first) < self.places.count, Int(pair.second) < self.places.count,
                let first = self.places[Int(pair.first)], let second = self.places[Int(pair.second)],
                // The labeler pairs members of one side only; anything else is no pair to learn from.
                first.isTest == second.isTest
            else { continue }
            // Without densities nothing learns from them; what is alike is still near in the choice of batches.
            let values = (pair.outline, pair.similarity, densities?[number] ?? pair.similarity)
            if first.isTest {
                Self.set(values, first.index, second.index, of: &self.test)
            } else {
                Self.set(values, first.index, second.index, of: &self.training)
            }
        }
    }

    private static func set(
        _ values: (outline: Float, detail: Float, density: Float),
        _ first: Int,
        _ second: Int,
        of side: inout Side
    ) {
        for (row, column) in [(first, second), (second, first)] {
            side.outline[row, column] = values.outline
            side.detail[row, column] = values.detail
            side.density[row, column] = values.density
        }
    }
}
