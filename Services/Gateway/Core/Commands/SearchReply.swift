import Contracts
import LineProtocol
import Wire

/// A search's answer as the line protocol writes it (G-11).
enum SearchReply {
    static func describe(_ answer: SearchAnswer) -> Reply {
        .fields([
            "query": .text(answer.query.description),
            "generation": .text(answer.generation.description),
            "seq": .integer(Int64(answer.seq)),
            "shards": .text("\(answer.shardCount)/\(answer.shardCount)"),
            "distances": .integer(Int64(answer.distancesComputed)),
            "radius": .number(Double(answer.hits.last?.distance ?? 0)),
            "hits": .list(answer.hits.map { Self.hit($0, parts: answer.parts) }),
        ])
    }

    private static func hit(_ hit: SearchHit, parts: [EmbeddingPartRecord]) -> Reply {
        .fields([
            "slice": .text(hit.sliceID.description),
            "distance": .number(Double(hit.distance)),
            "parts": Self.parts(hit.partDistances, parts),
            "series": .text(hit.seriesID.description),
            "patient": .text(hit.patientID.description),
        ])
    }

    /// `outline=0.1,detail=0.42,density=0.2`: each part's own distance, before weights.
    static func parts(_ distances: [Float], _ parts: [EmbeddingPartRecord]) -> Reply {
        .text(
            zip(parts, distances)
                .map { "\($0.name)=\(NumberText.shortest(Double($1)))" }
                .joined(separator: ",")
        )
    }
}
