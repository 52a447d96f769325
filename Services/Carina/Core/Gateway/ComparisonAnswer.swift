import LineProtocol

/// Two slices beside each other, as the gateway's COMPARE tells (Protocols/Gateway.md, G-19).
struct ComparisonAnswer: Encodable, Equatable {
    /// One part of the vectors.
    struct Part: Encodable, Equatable {
        let name: String
        let distance: Double
        let weight: Double
        /// Of the squared distance of all parts, 0...1.
        let share: Double
    }

    let generation: String
    let distance: Double
    let parts: [Part]
    /// A square of cells, -1...1.
    let agreement: [Float]
    /// How much of each cell is lung in both slices, 0...1.
    let lungShares: [Float]
    /// The gray values under the cells, a square.
    let image: [UInt8]
    /// Both slices aligned, a JPEG; nil where the labeler did not answer.
    let overlay: [UInt8]?

    private enum CodingKeys: CodingKey { case generation, distance, parts, agreement, lungShares }

    /// - Throws: `CommandLineFailure` when the reply is no comparison.
    init(_ answer: AnswerReader) throws {
        self.generation = try answer.text("generation")
        self.distance = try answer.real("distance")
        let weights = try Self.numbers(answer, "weights")
        let shares = try Self.numbers(answer, "shares")
        let distances = try Self.numbers(answer, "parts")
        guard [weights, shares].allSatisfy({ $0.map(\.name) == distances.map(\.name) }) else {
            throw CommandLineFailure("the gateway's answer to COMPARE is not about the same parts throughout")
        }
        self.parts = distances.indices.map {
            Part(
                name: String(distances[$0].name),
                distance: distances[$0].value,
                weight: weights[$0].value,
                share: shares[$0].value
            )
        }
        self.agreement = try answer.reals("agreement").map { Float($0) }
        self.lungShares = try answer.reals("lung-shares").map { Float($0) }
        self.image = try answer.bytes("image")
        if case .bytes(let overlay) = answer.reply["overlay"] {
            self.overlay = overlay
        } else {
            self.overlay = nil
        }
    }

    /// Mean agreement over the cells, by how much of them is lung; nil without any lung that both share.
    var meanAgreement: Double? {
        let whole = self.lungShares.reduce(0, +)
        guard whole > 0 else { return nil }
        return Double(zip(self.agreement, self.lungShares).reduce(0) { $0 + $1.0 * $1.1 } / whole)
    }

    /// `outline=0.1,detail=0.42`
    private static func numbers(_ answer: AnswerReader, _ field: String) throws -> [(
        name: Substring, value: Double
    )] {
        try answer.text(field).split(separator: ",").map { part in
            let sides = part.split(separator: "=")
            guard sides.count == 2, let value = Double(sides[1]) else {
                throw CommandLineFailure("the gateway's answer to COMPARE has \(field) that cannot be read")
            }
            return (sides[0], value)
        }
    }
}
