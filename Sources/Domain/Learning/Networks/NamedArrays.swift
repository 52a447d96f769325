/// Arrays of single precision by name, in a fixed order: a network's parameters, their gradients, an
/// optimizer's averages.
///
/// Values are changed in place by their place, `arrays.values[place][index] += 1`, which neither copies nor
/// looks up.
package struct NamedArrays: Sendable, Equatable {
    /// In the order in which they were given; each once.
    package let names: [String]
    /// Beside `names`, row-major.
    package let shapes: [[Int]]
    /// Beside `names`; each array keeps the count of its shape.
    package internal(set) var values: [[Float]]
    private let places: [String: Int]

    /// Takes arrays whose counts are those of their shapes and whose names differ.
    package init(_ arrays: [(name: String, shape: [Int], values: [Float])]) {
        for array in arrays {
            precondition(array.values.count == array.shape.reduce(1, *), "\(array.name): not of its shape")
        }
        self.init(names: arrays.map(\.name), shapes: arrays.map(\.shape), values: arrays.map(\.values))
    }

    /// Arrays of zeros with the names and shapes of others, as gradients have them before the first batch.
    package init(zerosLike others: NamedArrays) {
        self.init(like: others, values: others.values.map { [Float](repeating: 0, count: $0.count) })
    }

    /// Arrays with the names and shapes of others, and values of their counts.
    package init(like others: NamedArrays, values: [[Float]]) {
        precondition(values.map(\.count) == others.values.map(\.count), "counts differ")
        self.init(names: others.names, shapes: others.shapes, values: values)
    }

    private init(names: [String], shapes: [[Int]], values: [[Float]]) {
        self.names = names
        self.shapes = shapes
        self.values = values
        places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    }

    /// Where an array stands in `names`, `shapes` and `values`; nil if there is none of this name.
    package func place(of name: String) -> Int? { places[name] }

    /// The values of an array, row-major; nil if there is none of this name.
    package subscript(name: String) -> [Float]? { places[name].map { values[$0] } }

    /// Number of values in all arrays.
    package var valueCount: Int { values.reduce(0) { $0 + $1.count } }

    /// True if both have the same names with the same shapes in the same order.
    package func matches(_ others: NamedArrays) -> Bool { names == others.names && shapes == others.shapes }
}
