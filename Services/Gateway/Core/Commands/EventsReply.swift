import Contracts
import LineProtocol
import Wire

/// The embedder's events as the line protocol writes them: ids and names, no vectors.
enum EventsReply {
    static func describe(_ page: FetchEvents.Reply) throws -> Reply {
        .fields([
            "log": .text(page.logID.description),
            "head": .integer(Int64(page.headSeq)),
            "events": .list(try page.events.map { try Self.event($0) }),
        ])
    }

    private static func event(_ record: LoggedEvent) throws -> Reply {
        var fields: [Reply] = [.text("seq"), .integer(Int64(record.seq)), .text("kind")]
        func add(_ kind: String, _ more: KeyValuePairs<String, String>) {
            fields.append(.text(kind))
            for (name, value) in more { fields += [.text(name), .text(value)] }
        }
        switch record.kind {
        case EmbeddingCreated.kind:
            let event = try EmbeddingCreated(decoding: record.body)
            add(
                "embedding.created",
                [
                    "slice": event.embedding.sliceID.description,
                    "series": event.embedding.seriesID.description,
                    "generation": event.embedding.fingerprint.description,
                ]
            )
        case EmbeddingRemoved.kind:
            let event = try EmbeddingRemoved(decoding: record.body)
            add(
                "embedding.removed",
                ["slice": event.sliceID.description, "generation": event.fingerprint.description]
            )
        case GenerationStarted.kind:
            add("generation.started", ["generation": record.key])
        case ModelReady.kind:
            add("model.ready", ["generation": record.key])
        case GenerationRetired.kind:
            add("generation.retired", ["generation": record.key])
        default:
            // A newer embedder may tell of more: the number is passed on, so that a reader keeps its place.
            add("\(record.kind)", [:])
        }
        return .list(fields + [.text("time"), .integer(Int64(record.timeMilliseconds))])
    }
}
