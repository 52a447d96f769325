import Contracts
import ServiceKit
import Storage
import Wire

/// From messages to calls of the service.
enum TrainerRouter {
    static func register(_ service: TrainerService, on host: ServiceHost) {
        host.onChangingAsync(StartTraining.self) { request, _ in
            let order = try await service.order(for: request)
            return { transaction in
                let jobID = try host.jobs.start(
                    TrainingJob.kind,
                    input: order.body(with: RequestOptions()),
                    in: transaction
                )
                try TrainerStore.insertRun(jobID, order, in: transaction)
                return StartTraining.Reply(jobID: jobID)
            }
        }
        host.onChanging(Promote.self) { request, _, transaction in
            try service.promote(request.fingerprint, in: transaction)
            return Promote.Reply(fingerprint: request.fingerprint)
        }
        host.onChanging(RollBack.self) { _, _, transaction in
            RollBack.Reply(fingerprint: try service.rollBack(in: transaction))
        }
        host.on(FetchModel.self) { request, _ in try await service.model(request.fingerprint) }
        host.on(ListModels.self) { _, _ in
            try await service.database.read {
                ListModels.Reply(
                    models: try TrainerStore.models(limit: Limits.pageRowsMaximum, in: $0),
                    jobIDs: try TrainerStore.jobIDs(limit: Limits.pageRowsMaximum, in: $0)
                )
            }
        }
        host.on(RunHistory.self) { request, _ in
            let history = try await service.database.read {
                try TrainerStore.history(of: request.jobID, in: $0)
            }
            guard let history else { throw Refusal(.notFound, "no training has this job id") }
            return history
        }
    }
}
