/// How a model came about; written into its file.
package struct ModelCard: Sendable, Codable, Equatable {
    /// How it was trained.
    package var recipe: WSSENetRecipe
    /// Hash of the labeled data set, hexadecimal; empty: none.
    package var dataSetHash: String
    /// Slices that it learned from.
    package var sliceCount: Int
    /// What each stage came to, in their order.
    package var stages: [StageResult]

    /// What one stage came to.
    package struct StageResult: Sendable, Codable, Equatable {
        /// Which one.
        package var stage: Stage
        /// Steps until the weights that were kept.
        package var step: Int
        /// Running mean of the training loss there.
        package var trainingLoss: Float
        /// Loss on the test side; nil without one.
        package var testLoss: Float?

        /// Makes a result.
        package init(stage: Stage, step: Int, trainingLoss: Float, testLoss: Float?) {
            self.stage = stage
            self.step = step
            self.trainingLoss = trainingLoss
            self.testLoss = testLoss
        }
    }

    /// Makes a card.
    package init(recipe: WSSENetRecipe, dataSetHash: String, sliceCount: Int, stages: [StageResult]) {
        self.recipe = recipe
        self.dataSetHash = dataSetHash
        self.sliceCount = sliceCount
        self.stages = stages
    }
}
