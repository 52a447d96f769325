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
        guard let query = reply["query"]?.text, let generation = reply["generation"]?.text,
            let seq = reply["seq"]?.number, let shards = reply["shards"]?.text,
            let distances = reply["distances"]?.number, let hits = reply["hits"]?.elements
        else {
            throw CommandLineFailure(
                "the gateway's answer to SEARCH cannot be read: is it of another version?"
            )
        }
        self.query = query
        self.generation = generation
        self.seq = seq
        self.shards = shards
        self.distances = distances
        self.hits = try hits.map { hit in
            guard let slice = hit["slice"]?.text, let series = hit["series"]?.text,
                let patient = hit["patient"]?.text, let distance = hit["distance"]?.text.flatMap(Double.init),
                let parts = hit["parts"]?.text
            else { throw CommandLineFailure("a hit in the gateway's answer cannot be read") }
            return Hit(slice: slice, series: series, patient: patient, distance: distance, parts: parts)
        }
    }
}
