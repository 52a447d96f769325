import LineProtocol

/// A row of the answer to MODELS.
struct ModelRow: Encodable {
    let model: String
    let state: String
    /// Nil: it came with the program.
    let dataSet: String?
    /// The training that made it.
    let job: String?
    let epochs: Int
    let trainingLoss: Double?
    let testLoss: Double?
    let timeMilliseconds: Int

    init(_ answer: AnswerReader) throws {
        self.model = try answer.text("model")
        self.state = try answer.text("state")
        self.dataSet = answer.reply["dataset"]?.text
        self.job = answer.reply["job"]?.text
        self.epochs = try answer.integer("epochs")
        self.trainingLoss = answer.reply["training"]?.text.flatMap(Double.init)
        self.testLoss = answer.reply["test"]?.text.flatMap(Double.init)
        self.timeMilliseconds = try answer.integer("time")
    }

    /// The newest first.
    static func all(_ client: LineClient) async throws -> [ModelRow] {
        try await client.askRows(["MODELS"]).map { try ModelRow($0) }
    }
}

/// A row of the answer to RUN: what one epoch of a training came to.
struct EpochRow: Encodable, Equatable {
    let stage: String
    let epoch: Int
    let trainingLoss: Double
    /// Nil: there is nobody to test with.
    let testLoss: Double?
    let isBest: Bool
    let seconds: Double

    init(_ answer: AnswerReader) throws {
        self.stage = try answer.text("stage")
        self.epoch = try answer.integer("epoch")
        self.trainingLoss = try answer.real("training")
        self.testLoss = answer.reply["test"]?.text.flatMap(Double.init)
        self.isBest = try answer.integer("best") == 1
        self.seconds = try answer.real("seconds")
    }

    /// In their order.
    static func all(of job: String, _ client: LineClient) async throws -> [EpochRow] {
        try await client.askRows(["RUN", job]).map { try EpochRow($0) }
    }

    /// The row for people.
    var text: String {
        let test = self.testLoss.map { "  test " + SearchSheet.rounded($0) } ?? ""
        return "\(self.stage) \(self.epoch)  loss \(SearchSheet.rounded(self.trainingLoss))\(test)"
            + (self.isBest ? "  best" : "")
    }

    /// Of each stage the epoch whose weights were kept: the last best one, else the last.
    static func kept(_ rows: [EpochRow]) -> [EpochRow] {
        var stages: [String] = []
        for row in rows where !stages.contains(row.stage) { stages.append(row.stage) }
        return stages.compactMap { stage in
            let own = rows.filter { $0.stage == stage }
            return own.last { $0.isBest } ?? own.last
        }
    }
}
