import LineProtocol

/// A search's answer, as the gateway writes it (Protocols/Gateway.md, G-11).
struct SearchResult: Codable, Sendable, Equatable {
    struct Hit: Codable, Sendable, Equatable {
        let slice: String
        let series: String
        let patient: String
        let distance: Double
        let parts: String
    }

    let query: String
    let generation: String
    let seq: Int64
    let shards: String
    let distances: Int64
    let hits: [Hit]

    /// - Throws: `CommandLineFailure` when the reply is no search's answer.
    init(_ reply: Reply) throws {
        let answer = AnswerReader(reply: reply, command: "SEARCH")
        self.query = try answer.text("query")
        self.generation = try answer.text("generation")
        self.seq = Int64(try answer.integer("seq"))
        self.shards = try answer.text("shards")
        self.distances = Int64(try answer.integer("distances"))
        self.hits = try answer.rows("hits").map {
            Hit(
                slice: try $0.text("slice"),
                series: try $0.text("series"),
                patient: try $0.text("patient"),
                distance: try $0.real("distance"),
                parts: try $0.text("parts")
            )
        }
    }
}
