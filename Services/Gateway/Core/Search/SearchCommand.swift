package import Contracts
package import LineProtocol
package import Wire

/// What a client asks of SEARCH, before anything is looked up.
package struct SearchCommand: Sendable, Equatable {
    /// What the hits shall resemble.
    package enum Subject: Sendable, Equatable {
        case slice(Identifier)
        case image([UInt8])
        case series(Identifier)
    }

    package var subject: Subject
    /// How many hits.
    package var count = 10
    /// Weight of each named part; nil: the model's own weights. A part that is not named weighs nothing.
    package var weights: [String: Float]?
    package var grouping = SearchGrouping.patient
    /// Slices of the query's own patient may be hits.
    package var allowsSamePatient = false
    /// Slices of the query's own series may be hits (never the query itself).
    package var allowsSameSeries = false
    package var filters: [SearchFilter] = []
    /// The answer must know the embedding log up to here.
    package var minimumSeq: UInt64 = 0
    /// Every vector is looked at: the slow twin that proves the fast answer.
    package var isScan = false

    package init(subject: Subject) { self.subject = subject }
}

extension SearchCommand {
    package static let countMaximum = 1000

    /// Reads the words after SEARCH.
    package init(words: inout Words) throws(CommandFailure) {
        let kind = try words.keyword("SLICE, IMAGE or SERIES")
        switch kind {
        case "SLICE": self.init(subject: .slice(try words.identifier("slice id")))
        case "SERIES": self.init(subject: .series(try words.identifier("series id")))
        case "IMAGE": self.init(subject: .image(try words.bytes("image")))
        default: throw .init(.badArgument, "SEARCH takes SLICE, IMAGE or SERIES")
        }
        while !words.isEmpty { try self.readOption(from: &words) }
    }

    private mutating func readOption(from words: inout Words) throws(CommandFailure) {
        switch try words.keyword("option") {
        case "K": self.count = try words.integer("K", in: 1...Self.countMaximum)
        case "WEIGHTS": self.weights = try Self.weights(try words.text("weights"))
        case "GROUP": self.grouping = try Self.grouping(try words.keyword("grouping"))
        case "SAMEPATIENT": self.allowsSamePatient = true
        case "SAMESERIES":
            // The own series belongs to the own patient.
            self.allowsSamePatient = true
            self.allowsSameSeries = true
        case "FILTER": self.filters.append(try Self.filter(try words.text("filter")))
        case "MINSEQ": self.minimumSeq = UInt64(try words.integer("MINSEQ", in: 0...Int.max))
        case "SCAN": self.isScan = true
        case let other:
            throw .init(.badArgument, "SEARCH knows no option \(other.prefix(32)); see HELP SEARCH")
        }
    }

    /// `outline=1,detail=2`, or one part's name alone.
    private static func weights(_ text: String) throws(CommandFailure) -> [String: Float] {
        var weights: [String: Float] = [:]
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let weight = sides.count == 2 ? Float(sides[1]) : 1
            guard let name = sides.first, !name.isEmpty, let weight, weight.isFinite, weight >= 0,
                weights.updateValue(weight, forKey: name.lowercased()) == nil
            else { throw .init(.badArgument, "WEIGHTS looks like outline=1,detail=2 with weights from 0 up") }
        }
        guard weights.values.contains(where: { $0 > 0 }) else {
            throw .init(.badArgument, "WEIGHTS needs a part with a weight above 0")
        }
        return weights
    }

    private static func grouping(_ word: String) throws(CommandFailure) -> SearchGrouping {
        switch word {
        case "PATIENT": .patient
        case "SERIES": .series
        case "NONE": .none
        default: throw .init(.badArgument, "GROUP is patient, series or none")
        }
    }

    /// `kernel=B`, `kernel!=B`, `thickness<=3`, `date>=20240101`.
    private static func filter(_ text: String) throws(CommandFailure) -> SearchFilter {
        guard let match = text.wholeMatch(of: /([A-Za-z][A-Za-z0-9_]*)(!=|<=|>=|=)(.+)/) else {
            throw .init(.badArgument, "FILTER looks like name=value, with =, !=, <= or >=")
        }
        let comparison: SearchFilter.Comparison =
            switch match.2 {
            case "!=": .notEqual
            case "<=": .atMost
            case ">=": .atLeast
            default: .equal
            }
        return SearchFilter(key: match.1.lowercased(), comparison: comparison, value: String(match.3))
    }
}

extension Words {
    /// The next word as an identifier of 32 hexadecimal digits.
    package mutating func identifier(_ name: String) throws(CommandFailure) -> Identifier {
        guard let identifier = Identifier(hex: try self.text(name)) else {
            throw .init(.badArgument, "\(name) must be 32 hexadecimal digits")
        }
        return identifier
    }
}
