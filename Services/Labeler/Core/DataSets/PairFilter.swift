import Contracts
import Storage
import Wire

/// Which pairs of a data set are wanted.
struct PairFilter: Sendable {
    /// Only pairs of this grade; nil: of all.
    let grade: UInt8?
    /// Whether each member, by its place, is on the side that is wanted; nil: both sides are. A pair lies on one side.
    private let isWanted: [Bool]?

    /// Takes every pair.
    static let all = PairFilter(grade: nil, isWanted: nil)

    private init(grade: UInt8?, isWanted: [Bool]?) {
        self.grade = grade
        self.isWanted = isWanted
    }

    /// - Returns: nil when there is no such data set.
    /// - Throws: `badArgument` for a grade that there is not.
    init?(grade: UInt8?, side: DataSetSide?, of id: Identifier, in transaction: Transaction) throws {
        if let grade, !(0...3).contains(grade) { throw Refusal(.badArgument, "grades are 0 to 3") }
        guard let side else {
            self.init(grade: grade, isWanted: nil)
            return
        }
        guard let dataSet = try DataSetStore.dataSet(id, in: transaction) else { return nil }
        self.init(grade: grade, isWanted: dataSet.members.map { $0.isTest == (side == .test) })
    }

    func wants(_ pair: LabeledPairRecord) -> Bool {
        if let grade, pair.grade != grade { return false }
        guard let isWanted else { return true }
        return Int(pair.first) < isWanted.count && isWanted[Int(pair.first)]
    }
}
