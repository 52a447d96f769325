/// What a token may do; each role may also do what the ones before it may.
package enum Role: String, Sendable, CaseIterable, Comparable {
    case reader
    case writer
    case admin

    package static func < (left: Role, right: Role) -> Bool {
        (Self.allCases.firstIndex(of: left) ?? 0) < (Self.allCases.firstIndex(of: right) ?? 0)
    }
}

/// One command of the line protocol: what HELP says of it and who may use it.
package struct CommandDescription: Sendable {
    package let name: String
    package let usage: String
    package let summary: String
    /// nil: anybody, also before AUTH.
    package let role: Role?
    /// Kept in the audit trail even when it succeeds.
    package let isAudited: Bool
}

/// Every command, in the order HELP lists them. `Protocols/Gateway.md` describes the same set.
package enum CommandTable {
    package static let all: [CommandDescription] = [
        open("PING", "[text]", "answers PONG, or the text"),
        open("HELLO", "[2] [AUTH name token]", "who answers, and its limits"),
        open("AUTH", "[name] token", "takes up the role that belongs to a token"),
        open("HELP", "[command]", "this list, or one command's usage"),
        open("QUIT", "", "closes the connection"),
        open("COMMAND", "[COUNT|DOCS]", "for Redis tools"),
        open("CLIENT", "SETNAME|SETINFO|GETNAME|ID", "for Redis tools"),
        open("CONFIG", "GET name", "for Redis tools"),
        reading("INFO", "[section]", "version, model, counts, as name:value lines"),
        audited(
            "SEARCH",
            "SLICE id | IMAGE bytes | SERIES id  [K n] [WEIGHTS part=w,…] [GROUP patient|series|none] "
                + "[SAMEPATIENT] [SAMESERIES] [FILTER name=value]… [MINSEQ n] [SCAN]",
            "the most similar slices, nearest first",
            role: .reader
        ),
        reading("SLICE", "id", "what is known of a stored slice"),
        reading("PREVIEW", "id [SIDE pixels] [OUTLINE]", "a JPEG of a stored slice in the lung window"),
        reading("COMPARE", "id id", "distance of two stored slices by parts, and where their detail agrees"),
        reading("EVENTS", "READ FROM seq [COUNT n] [BLOCK ms]", "embeddings created and removed, in order"),
        audited(
            "STORE",
            "bytes [bytes …]",
            "stores a DICOM object, JPEG or PNG, or several of them together",
            role: .writer
        ),
        admin(
            "IMPORT",
            "path",
            "takes in a folder of ingest's machine, below its import-root; answers a job id"
        ),
        audited("DELETE", "SLICE|SERIES|STUDY|PATIENT id", "forgets slices for good", role: .admin),
        reading("STATUS", "", "state of every service"),
        reading("NODES", "", "state of every index node"),
        reading("QUARANTINE", "[FROM number] [COUNT n]", "what was refused, and why"),
        writing(
            "LABEL",
            "[SEED n] [MEMBERS n] [TESTSHARE share] [SOURCE transformer|unwarped|adjacency|height]",
            "builds a data set of coarsely labeled pairs; answers a job id"
        ),
        writing(
            "TRAIN",
            "[RECIPE json] [SEED n] [DATASET id] [KEEP]",
            "trains a model and promotes it; a job id"
        ),
        reading("JOB", "labeler|trainer|ingest id", "progress of long work"),
        reading("JOBS", "labeler|trainer|ingest [COUNT n]", "long work, the newest first"),
        writing("CANCEL", "labeler|trainer|ingest id", "stops long work"),
        reading("RUN", "id", "losses of a training run, epoch by epoch"),
        reading("DATASETS", "", "the labeler's data sets, newest first"),
        reading("DATASET", "id", "how a data set was made, and how its labels are distributed"),
        reading(
            "PAIRS",
            "id [GRADE n] [SIDE training|test] [AFTER n] [COUNT n] [DRAW seed]",
            "pairs of a data set in their order, or drawn at random"
        ),
        reading("MASK", "id", "the lungs of a slice: verdict, area, mask, outlines"),
        reading(
            "MASKS",
            "[COUNT n]",
            "how good the masks of all slices are; smallest, flagged, empty, failed"
        ),
        reading("EXPLAIN", "id id", "similarities and grade of two slices, and a JPEG of both"),
        reading("MODELS", "", "the trainer's models, newest first"),
        reading(
            "MODEL",
            "[fingerprint]",
            "a model's file, safetensors; of the one in use when none is named"
        ),
        admin("PROMOTE", "fingerprint", "makes a model the one that serves"),
        admin("ROLLBACK", "", "goes back to the model that served before"),
        admin("RETRY", "", "gives dead letters another chance"),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    package static func find(_ name: String) -> CommandDescription? { byName[name] }

    private static func open(_ name: String, _ usage: String, _ summary: String) -> CommandDescription {
        .init(name: name, usage: usage, summary: summary, role: nil, isAudited: false)
    }

    private static func reading(_ name: String, _ usage: String, _ summary: String) -> CommandDescription {
        .init(name: name, usage: usage, summary: summary, role: .reader, isAudited: false)
    }

    private static func audited(
        _ name: String,
        _ usage: String,
        _ summary: String,
        role: Role
    ) -> CommandDescription {
        .init(name: name, usage: usage, summary: summary, role: role, isAudited: true)
    }

    private static func writing(_ name: String, _ usage: String, _ summary: String) -> CommandDescription {
        audited(name, usage, summary, role: .writer)
    }

    private static func admin(_ name: String, _ usage: String, _ summary: String) -> CommandDescription {
        audited(name, usage, summary, role: .admin)
    }
}
