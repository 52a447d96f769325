/// The named arrays of an `.npz` file, or the one array of an `.npy` file (named by an empty text).
///
/// ```swift
/// let golden = try SharedData.golden("slice0.npz")
/// let hog = try golden.floats("hog")            // 1568 values, row-major
/// let shape = try golden.array("label_planes").shape
/// ```
package struct GoldenArrays: Sendable {
    private let archive: ZipArchive?
    private let single: [UInt8]

    /// Reads a file; arrays are unpacked when asked for.
    ///
    /// - Throws: `GoldenArrayError` when the file is neither, `SharedDataAbsent` when it cannot be read.
    package init(_ path: String) throws {
        let bytes = try fileBytes(path)
        if bytes.starts(with: NumpyArray.magic) {
            archive = nil
            single = bytes
        } else {
            archive = try ZipArchive(bytes)
            single = []
        }
    }

    /// The arrays' names in the file's order.
    package var names: [String] {
        archive?.names.map { $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0 } ?? [""]
    }

    /// One array.
    ///
    /// - Throws: `GoldenArrayError` when there is none of that name, it is damaged or of an unknown element
    ///   type.
    package func array(_ name: String) throws -> NumpyArray {
        guard let archive else { return try NumpyArray(single) }
        return try NumpyArray(try archive.unpack(name + ".npy"))
    }

    /// The values of one array, row-major, converted to Float.
    package func floats(_ name: String) throws -> [Float] { try array(name).floats }

    /// The values of one array, row-major, converted to Double.
    package func doubles(_ name: String) throws -> [Double] { try array(name).doubles }

    /// The values of one array, row-major; fractions are cut off.
    package func integers(_ name: String) throws -> [Int] { try array(name).integers }

    /// The shape of one array; empty for a scalar.
    package func shape(_ name: String) throws -> [Int] { try array(name).shape }

    /// The only value of an array of one element.
    ///
    /// - Throws: `GoldenArrayError` when the array holds another number of elements.
    package func scalar(_ name: String) throws -> Double {
        let values = try doubles(name)
        guard values.count == 1 else { throw GoldenArrayError("\(name) holds \(values.count) values, not 1") }
        return values[0]
    }

    /// The texts of an array of numpy's `<U` type.
    package func texts(_ name: String) throws -> [String] { try array(name).texts }
}

/// Says why a golden file could not be read.
package struct GoldenArrayError: Error, CustomStringConvertible {
    /// What is wrong with the file.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
