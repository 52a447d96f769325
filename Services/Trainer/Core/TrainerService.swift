import Contracts
import Messaging
import ServiceKit
import Storage
import WSSENet
import Wire

/// Decides what is trained and which model is in use.
struct TrainerService: Sendable {
    let database: StateDatabase
    let events: EventLog
    let labeler: ServiceClient
    let clock: WallClock
    /// Where neither a request nor its recipe names one.
    let seed: UInt64

    /// How long the labeler may take to say which data sets there are.
    private static let labelerWait = Duration.seconds(3)

    // MARK: Starting

    /// Fills in what a request leaves open: the newest data set, the whole recipe, the seed.
    ///
    /// - Throws: `notFound` without a data set, `badArgument` for what is no recipe, `busy` while the labeler is away.
    func order(for request: StartTraining) async throws -> StartTraining {
        guard request.epochs == 0 else {
            throw Refusal(
                .badArgument,
                "epochs are no longer counted: a recipe says how many steps each stage takes"
            )
        }
        var recipe: WSSENetRecipe
        do {
            recipe = try WSSENetRecipe(WSSENetRecipe(seed: self.seed), changedBy: request.recipe ?? "{}")
        } catch {
            throw Refusal(.badArgument, "\(error)")
        }
        if request.seed != 0 { recipe.seed = request.seed }
        var order = request
        // All of it: a later release may have another recipe of its own.
        (order.recipe, order.seed) = (recipe.json, recipe.seed)
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
