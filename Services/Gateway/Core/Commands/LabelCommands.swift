import Contracts
import LineProtocol
import Wire

/// Data sets, their pairs, and the masks that they rest on.
extension GatewayService {
    func label(_ name: String, _ words: inout Words) async throws -> Reply {
        switch name {
        case "LABEL": return try await self.build(&words)
        case "DATASETS":
            try words.end()
            return .list(try await self.labeler.call(ListDataSets()).dataSets.map { .fields(Self.row($0)) })
        case "DATASET": return try await self.dataSet(&words)
        case "PAIRS": return try await self.pairs(&words)
        case "MASK": return try await self.mask(&words)
        case "MASKS": return try await self.masks(&words)
        case "EXPLAIN": return try await self.explain(&words)
        default: throw CommandFailure(.general, "unknown command")
        }
    }

    /// A pass over all pairs of a data set takes a second or two.
    private static let passTime = Duration.seconds(30)

    /// `LABEL [SEED n] [MEMBERS n] [TESTSHARE share] [SOURCE name]`
    private func build(_ words: inout Words) async throws -> Reply {
        var request = BuildDataSet(seed: 1, memberMaximum: 0, testShare: 0)
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "SEED": request.seed = UInt64(try words.integer("SEED", in: 0...Int.max))
            case "MEMBERS": request.memberMaximum = UInt32(try words.integer("MEMBERS", in: 2...100_000))
            case "TESTSHARE": request.testShare = try words.share("TESTSHARE")
            case "SOURCE": request.source = try words.choice("SOURCE", LabelSource.allCases, \.name)
            default: throw CommandFailure(.badArgument, "LABEL takes SEED, MEMBERS, TESTSHARE and SOURCE")
            }
        }
        return .text(try await self.labeler.call(request).jobID.description)
    }

    private static func row(_ summary: DataSetSummary) -> KeyValuePairs<String, Reply> {
        [
            "dataset": .text(summary.dataSetID.description), "hash": .text(summary.hash.description),
            "members": .integer(Int64(summary.memberCount)), "pairs": .integer(Int64(summary.pairCount)),
            "training-patients": .integer(Int64(summary.trainingPatients)),
            "test-patients": .integer(Int64(summary.testPatients)),
            "time": .integer(Int64(summary.timeMilliseconds)),
        ]
    }

    /// `DATASET id`
    private func dataSet(_ words: inout Words) async throws -> Reply {
        let id = try words.identifier("data set id")
        try words.end()
        async let found = self.labeler.call(FetchDataSet(dataSetID: id))
        async let counted = self.labeler.call(FetchStatistics(dataSetID: id), timeout: Self.passTime)
        let (dataSet, statistics) = (try await found, try await counted)
        let test = dataSet.members.count(where: \.isTest)
        return .list(
            Reply.fields(Self.row(dataSet.summary)).elements
                + Reply.fields([
                    "training-members": .integer(Int64(dataSet.members.count - test)),
                    "test-members": .integer(Int64(test)),
                    "thresholds": Self.numbers(dataSet.gradeThresholds),
                    "recipe": .text(dataSet.recipe),
                    "grades": .list(
                        statistics.grades.map {
                            .fields([
                                "side": .text($0.side.name), "grade": .integer(Int64($0.grade)),
                                "pairs": .integer(Int64($0.count)),
                            ])
                        }
                    ),
                    "outline": Self.numbers(statistics.outlineQuantiles),
                    "detail": Self.numbers(statistics.detailQuantiles),
                    "similarity": Self.numbers(statistics.similarityQuantiles),
                ]).elements
        )
    }

    /// `PAIRS id [GRADE n] [SIDE training|test] [AFTER n] [COUNT n] [DRAW seed]`
    private func pairs(_ words: inout Words) async throws -> Reply {
        var request = FetchPairs(dataSetID: try words.identifier("data set id"), after: 0, limit: 20)
        var seed: UInt64?
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "GRADE": request.grade = UInt8(try words.integer("GRADE", in: 0...3))
            case "SIDE": request.side = try words.choice("SIDE", DataSetSide.allCases, \.name)
            case "AFTER": request.after = UInt64(try words.integer("AFTER", in: 0...Int.max))
            case "COUNT": request.limit = UInt32(try words.integer("COUNT", in: 1...1000))
            case "DRAW": seed = UInt64(try words.integer("DRAW", in: 0...Int.max))
            default:
                throw CommandFailure(.badArgument, "PAIRS takes GRADE, SIDE, AFTER, COUNT and DRAW")
            }
        }
        async let found = self.labeler.call(FetchDataSet(dataSetID: request.dataSetID))
        async let page = self.page(request, drawnBy: seed)
        let members = (try await found).members.map(\.sliceID)
        let (pairs, next) = try await page
        return .fields([
            "next": next.map { .integer(Int64($0)) } ?? .none,
            "pairs": .list(try pairs.map { try Self.describe($0, of: members) }),
        ])
    }

    private func page(
        _ request: FetchPairs,
        drawnBy seed: UInt64?
    ) async throws -> (pairs: [LabeledPairRecord], next: UInt64?) {
        guard let seed else {
            let page = try await self.labeler.call(request)
            return (page.pairs, page.next)
        }
        guard request.after == 0 else { throw CommandFailure(.badArgument, "DRAW takes no AFTER") }
        let draw = DrawPairs(
            dataSetID: request.dataSetID,
            seed: seed,
            limit: request.limit,
            grade: request.grade,
            side: request.side
        )
        return (try await self.labeler.call(draw, timeout: Self.passTime).pairs, nil)
    }

    private static func describe(_ pair: LabeledPairRecord, of members: [Identifier]) throws -> Reply {
        guard Int(pair.first) < members.count, Int(pair.second) < members.count else {
            throw CommandFailure(.general, "a pair names no member of its data set")
        }
        return .fields([
            "first": .text(members[Int(pair.first)].description),
            "second": .text(members[Int(pair.second)].description),
            "outline": .number(Double(pair.outline)), "detail": .number(Double(pair.detail)),
            "similarity": .number(Double(pair.similarity)), "grade": .integer(Int64(pair.grade)),
        ])
    }

    /// `EXPLAIN id id`
    private func explain(_ words: inout Words) async throws -> Reply {
        let request = ExplainPair(
            first: try words.identifier("first slice id"),
            second: try words.identifier("second slice id")
        )
        try words.end()
        let found = try await self.labeler.call(request, timeout: Self.passTime)
        return .fields([
            "outline": .number(Double(found.outline)), "detail": .number(Double(found.detail)),
            "density": found.density.map { .number(Double($0)) } ?? .none,
            "similarity": found.similarity.map { .number(Double($0)) } ?? .none,
            "grade": found.grade.map { .integer(Int64($0)) } ?? .none,
            "jpeg": .bytes(found.jpeg),
        ])
    }

    static func numbers(_ values: [Float]) -> Reply { .list(values.map { .number(Double($0)) }) }
}

extension Words {
    /// The next word as a share, above 0 and below 1.
    fileprivate mutating func share(_ name: String) throws(CommandFailure) -> Float {
        guard let share = Float(try self.text(name)), share > 0, share < 1 else {
            throw .init(.badArgument, "\(name) must be a number between 0 and 1")
        }
        return share
    }

    /// The next word as one of several names, which are not case-sensitive.
    fileprivate mutating func choice<Choice>(
        _ name: String,
        _ choices: [Choice],
        _ text: (Choice) -> String
    ) throws(CommandFailure) -> Choice {
        let word = try self.keyword(name)
        guard let choice = choices.first(where: { text($0).uppercased() == word }) else {
            throw .init(.badArgument, "\(name) must be one of \(choices.map(text).joined(separator: ", "))")
        }
        return choice
    }
}
