import Neighbors

/// The neighbor index of a set, and how its items come about.
struct OurIndex {
    /// The index.
    var index: NeighborIndex
    /// How long the index took to come about.
    let buildSeconds: Double

    /// Every thousandth item has this site, the others `commonSite`.
    static let rareSite = "rare"
    private static let commonSite = "common"
    private static let rarity = 1_000

    /// Builds the index of a set.
    init(_ folder: VectorFolder, contents: VectorFolder.Contents) throws {
        let items = try Self.items(folder, named: "vectors", parts: contents.parts, firstNumber: 0)
        let start = ContinuousClock.now
        self.index = try NeighborIndex(parts: contents.parts, items: items)
        self.buildSeconds = (ContinuousClock.now - start) / .seconds(1)
    }

    /// The items of `name.f32` and `name.i32`, numbered on from a number.
    static func items(
        _ folder: VectorFolder,
        named name: String,
        parts: [Int],
        firstNumber: Int
    ) throws -> [NeighborItem] {
        let vectors: [Float] = try folder.read(name + ".f32")
        let patients: [Int32] = try folder.read(name + ".i32")
        let dimension = parts.reduce(0, +)
        let (rare, common) = (["site": Self.rareSite], ["site": Self.commonSite])
        return patients.indices.map { index in
            let number = firstNumber + index
            let patient = Self.identifier(Int(patients[index]))
            return NeighborItem(
                id: Self.identifier(number),
                series: patient,
                patient: patient,
                vector: Array(vectors[index * dimension..<(index + 1) * dimension]),
                attributes: number % Self.rarity == 0 ? rare : common
            )
        }
    }

    /// The number of an item that was numbered so.
    static func number(_ id: NeighborID) -> Int { id.bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) } }

    private static func identifier(_ number: Int) -> NeighborID {
        let bytes = (0..<16).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) : 0 }
        guard let id = NeighborID(bytes) else { preconditionFailure("16 bytes are an id") }
        return id
    }
}
