package import LinearAlgebra
package import Lungs

/// A way to turn slices into vectors: a network, or what it must beat.
///
/// Two slices are as similar as the cosine of their vectors. Which parts count how much is decided before: see `joined`.
package struct Descriptor: Sendable {
    /// As tables show it.
    package let name: String
    /// The patients to whose slices it was fitted: it must not be judged by their queries.
    package let fittedPatients: Set<String>
    private let describe: @Sendable ([LungCrop]) throws -> [[Float]]

    /// Names a way.
    ///
    /// - Parameters:
    ///   - fittedPatients: the patients to whose slices it was fitted.
    ///   - describe: gives each crop a vector, all of one length, whatever other crops come with it.
    package init(
        _ name: String,
        fittedPatients: Set<String> = [],
        describe: @escaping @Sendable ([LungCrop]) throws -> [[Float]]
    ) {
        self.name = name
        self.fittedPatients = fittedPatients
        self.describe = describe
    }

    /// The same under another name.
    package func named(_ name: String) -> Descriptor {
        Descriptor(name, fittedPatients: self.fittedPatients, describe: self.describe)
    }

    /// The vectors of unit length, (crops x D); a vector of length 0 stays 0.
    ///
    /// - Throws: `DescriptorError` when there is not one finite vector for each crop, or what the method throws.
    package func unitVectors(of crops: [LungCrop]) throws -> Matrix {
        let vectors = try self.describe(crops)
        let length = vectors.first?.count ?? 0
        guard vectors.count == crops.count, vectors.allSatisfy({ $0.count == length }) else {
            throw DescriptorError(method: self.name, problem: "not one vector of one length for each slice")
        }
        guard vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw DescriptorError(method: self.name, problem: "a vector that is not finite")
        }
        return Matrix(rows: crops.count, columns: length, values: vectors.flatMap { unit($0) })
    }

    /// Several ways at once: the vectors of each, of unit length, times √(weight), one after the other.
    ///
    /// The cosine of joined vectors is the weighted mean of the parts' cosines.
    ///
    /// - Parameter parts: with weights of at least 0.
    package static func joined(_ name: String, _ parts: [(descriptor: Descriptor, weight: Double)])
        -> Descriptor
    {
        precondition(
            !parts.isEmpty && parts.allSatisfy { $0.weight >= 0 },
            "no parts, or a weight below zero"
        )
        let fitted = parts.reduce(into: Set<String>()) { $0.formUnion($1.descriptor.fittedPatients) }
        return Descriptor(name, fittedPatients: fitted) { crops in
            let found = try parts.map {
                (Float($0.weight.squareRoot()), try $0.descriptor.unitVectors(of: crops))
            }
            return crops.indices.map { index in
                found.flatMap { root, vectors in vectors.row(index).map { root * $0 } }
            }
        }
    }
}

/// Says which method did not describe slices as it must.
package struct DescriptorError: Error, Equatable, CustomStringConvertible {
    /// The method's name.
    package let method: String
    /// What is wrong.
    package let problem: String
    /// Method and problem.
    package var description: String { "\(self.method): \(self.problem)" }
}

/// A vector of length 1; one of length 0 stays as it is.
func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length > 0 else { return vector }
    return vector.map { Float(Double($0) / length) }
}
