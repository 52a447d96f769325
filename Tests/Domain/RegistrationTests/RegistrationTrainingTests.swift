import Learning
import Lungs
import Testing

@testable import Registration

@Suite("Training a registration")
struct RegistrationTrainingTests {
    private let pool = PhantomCrops.pool(PhantomCrops.training)

    @Test("a short one brings unseen phantom patients' lungs together, and folds nothing")
    func learns() throws {
        var recipe = RegistrationRecipe(seed: 2)
        recipe.stepCount = 120
        recipe.batch = 16
        let model = try trainRegistration(
            pool,
            unseen: PhantomCrops.pool(PhantomCrops.unseen),
            recipe: recipe,
            threadCount: 2
        )
        let quality = try #require(model.quality)
        #expect(quality.arePatientsUnseen)
        #expect(quality.affineDice > quality.identityDice + 0.005)
        #expect(quality.gridDice > quality.affineDice)
        #expect(quality.foldedShare == 0 && quality.smallestDeterminant > 0)
        #expect(quality.failureShare < 0.2)
    }

    @Test("gives the same bits for any number of threads, others for another seed")
    func repeats() throws {
        func trained(_ threadCount: Int, seed: UInt64) throws -> [UInt8] {
            var recipe = PhantomCrops.shortRecipe(steps: 6)
            recipe.seed = seed
            return try trainRegistration(pool, recipe: recipe, threadCount: threadCount).fingerprint
        }
        let first = try trained(1, seed: 5)
        #expect(try trained(2, seed: 5) == first)
        #expect(try trained(3, seed: 5) == first)
        #expect(try trained(1, seed: 6) != first)
    }

    @Test("goes on from a checkpoint as if it had never stopped")
    func resumes() throws {
        let recipe = PhantomCrops.shortRecipe(steps: 9)
        var saved: [Checkpoint] = []
        var hooks = RegistrationHooks()
        hooks.saveInterval = 4
        hooks.save = { saved.append($0) }
        let whole = try trainRegistration(pool, recipe: recipe, threadCount: 1, hooks: hooks)
        #expect(saved.map(\.step) == [4, 8])
        let stored = try #require(saved.first).serialized()
        let read = try Checkpoint(serialized: stored, of: try LocalizationNetwork.network())
        let resumed = try trainRegistration(pool, recipe: recipe, threadCount: 2, resuming: read)
        #expect(resumed == whole)
        var other = recipe
        other.rate /= 2
        #expect(throws: RegistrationError.otherTraining) {
            try trainRegistration(pool, recipe: other, threadCount: 1, resuming: read)
        }
        let fewer = PhantomCrops.pool(Array(PhantomCrops.training.dropLast()))
        #expect(throws: RegistrationError.otherTraining) {
            try trainRegistration(fewer, recipe: recipe, threadCount: 1, resuming: read)
        }
    }

    @Test("tells how far it is and stops when asked")
    func stops() throws {
        var steps: [Int] = []
        var hooks = RegistrationHooks()
        hooks.progress = { steps.append($0.step) }
        hooks.isCancelled = { steps.count == 3 }
        #expect(throws: RegistrationError.cancelled) {
            try trainRegistration(
                pool,
                recipe: PhantomCrops.shortRecipe(steps: 50),
                threadCount: 1,
                hooks: hooks
            )
        }
        #expect(steps == [1, 2, 3])
    }

    @Test("refuses what it cannot learn from")
    func refuses() {
        var recipe = PhantomCrops.shortRecipe(steps: 0)
        #expect(recipe.flaw != nil)
        #expect(throws: RegistrationError.badRecipe(recipe.flaw ?? "")) {
            try trainRegistration(pool, recipe: recipe, threadCount: 1)
        }
        recipe.stepCount = 1
        let few = PhantomCrops.pool(Array(PhantomCrops.training.prefix(3)))
        let needed = RegistrationPool.countMinimum
        #expect(throws: RegistrationError.tooFewSlices(found: 3, needed: needed)) {
            try trainRegistration(few, recipe: recipe, threadCount: 1)
        }
    }

    @Test("draws the asked shares of pairs, near ones near")
    func drawing() throws {
        let drawing = PairDrawing(pool, RegistrationRecipe(seed: 9))
        let pairs = (0..<60).flatMap { drawing.pairs(step: $0) }
        #expect(drawing.pairs(step: 7) == drawing.pairs(step: 7))
        #expect(drawing.pairs(step: 7) != drawing.pairs(step: 8))
        let same = pairs.filter { pool.patients[$0.moving] == pool.patients[$0.fixed] }
        // Levels of a patient are 0.17 apart: only the slice itself is near.
        let near = same.count { $0.moving == $0.fixed }
        #expect(abs(Double(near) / Double(pairs.count) - 0.4) < 0.05)
        let crossNear = pairs.count {
            pool.patients[$0.moving] != pool.patients[$0.fixed]
                && pool.levels[$0.moving] == pool.levels[$0.fixed]
        }
        // And a sixth of the pairs of any two slices.
        #expect(abs(Double(crossNear) / Double(pairs.count) - 0.39) < 0.05)
    }
}
