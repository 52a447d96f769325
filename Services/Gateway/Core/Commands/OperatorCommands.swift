import Contracts
import LineProtocol
import Wire

/// Labeling, training and models: long work that answers with a job's id, and what became of it.
extension GatewayService {
    func operate(_ name: String, _ words: inout Words) async throws -> Reply {
        switch name {
        case "LABEL": return try await self.label(&words)
        case "TRAIN": return try await self.train(&words)
        case "JOB": return try await self.job(&words)
        case "CANCEL": return try await self.cancel(&words)
        case "RUN": return try await self.run(&words)
        case "DATASETS":
            try words.end()
            return try await self.dataSets()
        case "MODELS":
            try words.end()
            return try await self.models()
        case "MODEL":
            let fingerprint = words.isEmpty ? nil : try words.fingerprint("fingerprint")
            try words.end()
            return .bytes(try await self.trainer.call(FetchModel(fingerprint: fingerprint)).bytes)
        case "PROMOTE":
            let fingerprint = try words.fingerprint("fingerprint")
            try words.end()
            let promoted = try await self.trainer.call(Promote(fingerprint: fingerprint))
            return .text(promoted.fingerprint.description)
        case "ROLLBACK":
            try words.end()
            return .text(try await self.trainer.call(RollBack()).fingerprint.description)
        case "RETRY":
            try words.end()
            return try await self.retry()
        default: throw CommandFailure(.general, "unknown command")
        }
    }

    private func label(_ words: inout Words) async throws -> Reply {
        var request = BuildDataSet(seed: 1, memberMaximum: 0, testShare: 0)
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "SEED": request.seed = UInt64(try words.integer("SEED", in: 0...Int.max))
            case "MEMBERS": request.memberMaximum = UInt32(try words.integer("MEMBERS", in: 2...100_000))
            default: throw CommandFailure(.badArgument, "LABEL takes SEED and MEMBERS")
            }
        }
        return .text(try await self.labeler.call(request).jobID.description)
    }

    private func train(_ words: inout Words) async throws -> Reply {
        var request = StartTraining(dataSetID: nil, epochs: 0, seed: 1, promote: true)
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "EPOCHS": request.epochs = UInt32(try words.integer("EPOCHS", in: 1...10_000))
            case "SEED": request.seed = UInt64(try words.integer("SEED", in: 0...Int.max))
            case "DATASET": request.dataSetID = try words.identifier("data set id")
            case "KEEP": request.promote = false
            default: throw CommandFailure(.badArgument, "TRAIN takes EPOCHS, SEED, DATASET and KEEP")
            }
        }
        return .text(try await self.trainer.call(request).jobID.description)
    }

    private func owner(of words: inout Words) throws(CommandFailure) -> ServiceClient {
        switch try words.keyword("service") {
        case "LABELER": self.labeler
        case "TRAINER": self.trainer
        case "INGEST": self.ingest
        default: throw .init(.badArgument, "jobs run in labeler, trainer and ingest")
        }
    }

    private func job(_ words: inout Words) async throws -> Reply {
        let client = try self.owner(of: &words)
        let jobID = try words.identifier("job id")
        try words.end()
        return Self.describe(try await client.call(JobStatus(jobID: jobID)).job)
    }

    private func cancel(_ words: inout Words) async throws -> Reply {
        let client = try self.owner(of: &words)
        let jobID = try words.identifier("job id")
        try words.end()
        return Self.describe(try await client.call(CancelJob(jobID: jobID)).job)
    }

    private static func describe(_ job: Job) -> Reply {
        .fields([
            "job": .text(job.id.description),
            "kind": .text(job.kind),
            "state": .text(job.state.name),
            "progress": .number(Double(job.progress)),
            "text": .text(job.text),
            "result": .text(job.result),
        ])
    }

    private func run(_ words: inout Words) async throws -> Reply {
        let jobID = try words.identifier("job id")
        try words.end()
        let history = try await self.trainer.call(RunHistory(jobID: jobID))
        return .list(
            history.epochs.map {
                .fields([
                    "epoch": .integer(Int64($0.epoch)), "training": .number(Double($0.trainingLoss)),
                    "test": .number(Double($0.testLoss)), "seconds": .number($0.secondsElapsed),
                ])
            }
        )
    }

    private func dataSets() async throws -> Reply {
        .list(
            try await self.labeler.call(ListDataSets()).dataSets.map {
                .fields([
                    "dataset": .text($0.dataSetID.description), "hash": .text($0.hash.description),
                    "members": .integer(Int64($0.memberCount)), "pairs": .integer(Int64($0.pairCount)),
                    "training-patients": .integer(Int64($0.trainingPatients)),
                    "test-patients": .integer(Int64($0.testPatients)),
                ])
            }
        )
    }

    private func models() async throws -> Reply {
        .list(
            try await self.trainer.call(ListModels()).models.map {
                .fields([
                    "model": .text($0.fingerprint.description), "state": .text($0.state.name),
                    "dataset": .text($0.dataSetID.description), "epochs": .integer(Int64($0.epochs)),
                    "training": .number(Double($0.trainingLoss)), "test": .number(Double($0.testLoss)),
                ])
            }
        )
    }

    private func retry() async throws -> Reply {
        var count: UInt32 = 0
        for service in self.services { count += try await service.value.call(RetryDeadLetters()).count }
        return .integer(Int64(count))
    }
}

extension Words {
    /// The next word as a model's fingerprint of 64 hexadecimal digits.
    mutating func fingerprint(_ name: String) throws(CommandFailure) -> Fingerprint {
        guard let fingerprint = Fingerprint(hex: try self.text(name)) else {
            throw .init(.badArgument, "\(name) must be 64 hexadecimal digits")
        }
        return fingerprint
    }
}
