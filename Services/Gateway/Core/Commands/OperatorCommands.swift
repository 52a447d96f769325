import Contracts
import LineProtocol
import Wire

/// Training, models and jobs: long work that answers with a job's id, and what became of it.
extension GatewayService {
    func operate(_ name: String, _ words: inout Words) async throws -> Reply {
        switch name {
        case "TRAIN": return try await self.train(&words)
        case "IMPORT":
            let path = try words.text("path")
            try words.end()
            return .text(try await self.ingest.call(ImportFolder(path: path)).jobID.description)
        case "JOB": return try await self.job(&words)
        case "CANCEL": return try await self.cancel(&words)
        case "RUN": return try await self.run(&words)
        case "JOBS": return try await self.jobs(&words)
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
        default: return try await self.label(name, &words)
        }
    }

    private func train(_ words: inout Words) async throws -> Reply {
        var request = StartTraining(dataSetID: nil, seed: 0, promote: true)
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "RECIPE": request.recipe = try words.text("RECIPE")
            case "SEED": request.seed = UInt64(try words.integer("SEED", in: 0...Int.max))
            case "DATASET": request.dataSetID = try words.identifier("data set id")
            case "KEEP": request.promote = false
            default: throw CommandFailure(.badArgument, "TRAIN takes RECIPE, SEED, DATASET and KEEP")
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

    /// `JOBS labeler|trainer|ingest [COUNT n]`
    private func jobs(_ words: inout Words) async throws -> Reply {
        let client = try self.owner(of: &words)
        var limit = 20
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "COUNT": limit = try words.integer("COUNT", in: 1...1000)
            default: throw CommandFailure(.badArgument, "JOBS takes COUNT")
            }
        }
        return .list(try await client.call(ListJobs(limit: UInt32(limit))).jobs.map { Self.describe($0) })
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
            "started": .integer(Int64(job.startedMilliseconds)),
            "finished": job.finishedMilliseconds.map { .integer(Int64($0)) } ?? .none,
        ])
    }

    private func run(_ words: inout Words) async throws -> Reply {
        let jobID = try words.identifier("job id")
        try words.end()
        let history = try await self.trainer.call(RunHistory(jobID: jobID))
        return .list(
            history.epochs.enumerated().map { number, epoch in
                .fields([
                    "stage": .text(Self.element(history.stages, number) ?? ""),
                    "epoch": .integer(Int64(epoch.epoch)), "training": .number(Double(epoch.trainingLoss)),
                    "test": Self.loss(epoch.testLoss),
                    "best": .integer(Self.element(history.best, number) == true ? 1 : 0),
                    "seconds": .number(epoch.secondsElapsed),
                ])
            }
        )
    }

    private func models() async throws -> Reply {
        let known = try await self.trainer.call(ListModels())
        return .list(
            known.models.enumerated().map { number, model in
                .fields([
                    "model": .text(model.fingerprint.description), "state": .text(model.state.name),
                    "dataset": Self.name(model.dataSetID),
                    "job": Self.element(known.jobIDs, number).map { Self.name($0) } ?? .none,
                    "epochs": .integer(Int64(model.epochs)),
                    "training": Self.loss(model.trainingLoss), "test": Self.loss(model.testLoss),
                    "time": .integer(Int64(clamping: model.timeMilliseconds)),
                ])
            }
        )
    }

    /// All zeros: a model that came with the program has neither data set nor training.
    private static func name(_ identifier: Identifier) -> Reply {
        identifier.bytes.allSatisfy { $0 == 0 } ? .none : .text(identifier.description)
    }

    /// Below zero: there is none.
    private static func loss(_ loss: Float) -> Reply { loss < 0 ? .none : .number(Double(loss)) }

    private static func element<Element>(_ list: [Element]?, _ number: Int) -> Element? {
        list.flatMap { number < $0.count ? $0[number] : nil }
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
