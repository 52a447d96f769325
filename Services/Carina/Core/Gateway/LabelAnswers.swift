import LineProtocol

/// A data set in one line, as the gateway writes it (Protocols/Gateway.md, under labels).
struct DataSetRow: Codable, Sendable, Equatable {
    let dataSet: String
    let hash: String
    let members: Int
    let pairs: Int
    let trainingPatients: Int
    let testPatients: Int
    /// When it was built, milliseconds since 1970.
    let timeMilliseconds: Int

    init(_ answer: AnswerReader) throws {
        self.dataSet = try answer.text("dataset")
        self.hash = try answer.text("hash")
        self.members = try answer.integer("members")
        self.pairs = try answer.integer("pairs")
        self.trainingPatients = try answer.integer("training-patients")
        self.testPatients = try answer.integer("test-patients")
        self.timeMilliseconds = try answer.integer("time")
    }

    /// All data sets, the newest first.
    static func all(_ client: LineClient) async throws -> [DataSetRow] {
        try await client.askRows(["DATASETS"]).map { try DataSetRow($0) }
    }
}

/// A data set with its recipe and how its labels are distributed.
struct DataSetDetails: Codable, Sendable, Equatable {
    /// Pairs of one side that have one grade.
    struct GradeRow: Codable, Sendable, Equatable {
        let side: String
        let grade: Int
        let pairs: Int
    }

    let summary: DataSetRow
    let trainingMembers: Int
    let testMembers: Int
    /// Similarities from which the grades 1, 2 and 3 begin.
    let thresholds: [Double]
    /// JSON.
    let recipe: String
    let grades: [GradeRow]
    /// Quantiles from the least value to the greatest, in equal steps.
    let outline, detail, similarity: [Double]

    init(_ answer: AnswerReader) throws {
        self.summary = try DataSetRow(answer)
        self.trainingMembers = try answer.integer("training-members")
        self.testMembers = try answer.integer("test-members")
        self.thresholds = try answer.reals("thresholds")
        self.recipe = try answer.text("recipe")
        self.grades = try answer.rows("grades").map {
            GradeRow(
                side: try $0.text("side"),
                grade: try $0.integer("grade"),
                pairs: try $0.integer("pairs")
            )
        }
        self.outline = try answer.reals("outline")
        self.detail = try answer.reals("detail")
        self.similarity = try answer.reals("similarity")
    }

    /// - Parameter id: nil: the newest.
    /// - Throws: `CommandLineFailure` when there is none yet.
    static func fetch(_ id: String?, _ client: LineClient) async throws -> DataSetDetails {
        var id = id
        if id == nil { id = try await DataSetRow.all(client).first?.dataSet }
        guard let id else {
            throw CommandLineFailure("there is no data set yet: carina label build makes one")
        }
        return try DataSetDetails(try await client.ask(["DATASET", id]))
    }

    /// How many pairs of one side have a grade.
    func pairs(side: String, grade: Int) -> Int {
        self.grades.first { $0.side == side && $0.grade == grade }?.pairs ?? 0
    }
}

/// A labeled pair of slices.
struct PairRow: Codable, Sendable, Equatable {
    let first: String
    let second: String
    let outline: Double
    let detail: Double
    let similarity: Double
    let grade: Int

    init(_ answer: AnswerReader) throws {
        self.first = try answer.text("first")
        self.second = try answer.text("second")
        self.outline = try answer.real("outline")
        self.detail = try answer.real("detail")
        self.similarity = try answer.real("similarity")
        self.grade = try answer.integer("grade")
    }
}

/// Long work of the labeler.
struct JobRow: Codable, Sendable, Equatable {
    let job: String
    let state: String
    let progress: Double
    let text: String
    let result: String

    init(_ answer: AnswerReader) throws {
        self.job = try answer.text("job")
        self.state = try answer.text("state")
        self.progress = try answer.real("progress")
        self.text = try answer.text("text")
        self.result = try answer.text("result")
    }

    /// The jobs for people.
    static func table(_ jobs: [JobRow]) -> String {
        var table = TextTable(header: ["job", "state", "done", "what"])
        for job in jobs {
            let what = job.result.isEmpty ? job.text : "data set \(job.result)"
            table.add([job.job, job.state, "\(Int(job.progress * 100)) %", what])
        }
        return table.text
    }
}
