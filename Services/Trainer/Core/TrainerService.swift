import Contracts
import Learning
import Messaging
import ServiceKit
import Storage
import Wire

/// Decides what is trained and which model is in use.
struct TrainerService: Sendable {
    let database: StateDatabase
    let events: EventLog
    let labeler: ServiceClient
    let clock: WallClock
    let epochs: Int
    let seed: UInt64

    /// How long the labeler may take to say which data sets there are.
    private static let labelerWait = Duration.seconds(3)

    // MARK: Starting

    /// Fills in what a request leaves open: the newest data set, epochs, seed.
    ///
    /// - Throws: `notFound` without a data set, `badArgument` for numbers out of range, `busy` while the labeler is away.
    func order(for request: StartTraining) async throws -> StartTraining {
        var order = request
        if order.epochs == 0 { order.epochs = UInt32(self.epochs) }
        if order.seed == 0 { order.seed = self.seed }
        if let flaw = TrainingRecipe(epochs: Int(order.epochs), seed: order.seed).flaw {
            throw Refusal(.badArgument, flaw)
        }
        do {
            order.dataSetID = try await self.dataSet(request.dataSetID)
        } catch is MessagingError {
            throw Refusal(.busy, "the labeler, which has the data sets, does not answer")
        }
        return order
    }

    private func dataSet(_ wanted: Identifier?) async throws -> Identifier {
        let known = try await self.labeler.call(ListDataSets(), timeout: Self.labelerWait).dataSets
        if let wanted {
            guard known.contains(where: { $0.dataSetID == wanted }) else {
                throw Refusal(.notFound, "the labeler has no data set of this id")
            }
            return wanted
        }
        guard let newest = known.first else {
            throw Refusal(.notFound, "there is no data set yet: let the labeler build one first")
        }
        return newest.dataSetID
    }

    // MARK: The model in use

    /// Puts a model into use; the one before is remembered. Promoting the model in use changes nothing.
    func promote(_ fingerprint: Fingerprint, in transaction: Transaction) throws {
        guard try TrainerStore.hasModel(fingerprint, in: transaction) else {
            throw Refusal(.notFound, "no model has this fingerprint")
        }
        let previous = try TrainerStore.promoted(in: transaction)
        guard previous != fingerprint else { return }
        if let previous { try TrainerStore.setState(.retired, of: previous, in: transaction) }
        try TrainerStore.setState(.promoted, of: fingerprint, in: transaction)
        try TrainerStore.pushPromotion(fingerprint, timeMilliseconds: self.clock.now(), in: transaction)
        try self.announce(fingerprint, previous: previous, in: transaction)
    }

    /// Puts the model back into use that was in use before the present one.
    func rollBack(in transaction: Transaction) throws -> Fingerprint {
        let promotions = try TrainerStore.newestPromotions(limit: 2, in: transaction)
        guard promotions.count == 2 else {
            throw Refusal(
                .conflict,
                promotions.isEmpty ? "no model is in use" : "no model was in use before this one"
            )
        }
        try TrainerStore.popPromotion(in: transaction)
        try TrainerStore.setState(.retired, of: promotions[0], in: transaction)
        try TrainerStore.setState(.promoted, of: promotions[1], in: transaction)
        try self.announce(promotions[1], previous: promotions[0], in: transaction)
        return promotions[1]
    }

    private func announce(
        _ fingerprint: Fingerprint,
        previous: Fingerprint?,
        in transaction: Transaction
    ) throws {
        try self.events.append(
            ModelPromoted(fingerprint: fingerprint, previous: previous),
            key: fingerprint.description,
            in: transaction
        )
    }

    /// The bytes of a model; nil: of the one in use.
    func model(_ wanted: Fingerprint?) async throws -> FetchModel.Reply {
        let found = try await self.database.read { transaction -> FetchModel.Reply? in
            guard let fingerprint = try wanted ?? TrainerStore.promoted(in: transaction),
                let bytes = try TrainerStore.modelBytes(fingerprint, in: transaction)
            else { return nil }
            return FetchModel.Reply(fingerprint: fingerprint, bytes: bytes)
        }
        guard let found else {
            throw Refusal(
                .notFound,
                wanted == nil ? "no model is in use yet: train one" : "no model has this fingerprint"
            )
        }
        return found
    }
}
