package import Lungs

/// One slice to learn from or to test with.
package struct TrainingSample: Sendable {
    /// The slice, as the services name it.
    package let id: [UInt8]
    /// Its patient: patients with many slices do not crowd out the others.
    package let patient: [UInt8]
    /// The lungs in their canonical frame.
    package let crop: LungCrop

    /// Makes a sample.
    package init(id: [UInt8], patient: [UInt8], crop: LungCrop) {
        self.id = id
        self.patient = patient
        self.crop = crop
    }
}

/// The label of two samples of one side.
package struct TrainingPair: Sendable, Equatable {
    /// Index of the first sample.
    package let first: Int
    /// Index of the second sample, another one.
    package let second: Int
    /// 0...1.
    package let outlineSimilarity: Float
    /// 0...1.
    package let detailSimilarity: Float
    /// 0...3; for reports, the loss uses the similarities themselves.
    package let grade: UInt8

    /// Makes a pair.
    package init(
        first: Int,
        second: Int,
        outlineSimilarity: Float,
        detailSimilarity: Float,
        grade: UInt8
    ) {
        self.first = first
        self.second = second
        self.outlineSimilarity = outlineSimilarity
        self.detailSimilarity = detailSimilarity
        self.grade = grade
    }
}

/// The samples of one side of the split and the labels of their pairs; a pair that is not listed counts as unlike (0).
package struct TrainingSide: Sendable {
    /// The samples.
    package let samples: [TrainingSample]
    /// The labels; indices count `samples`.
    package let pairs: [TrainingPair]

    /// Makes a side.
    package init(samples: [TrainingSample], pairs: [TrainingPair]) {
        self.samples = samples
        self.pairs = pairs
    }

    /// Says what is wrong with the pairs, or nil.
    var flaw: String? {
        for (index, pair) in pairs.enumerated() {
            let isInside = samples.indices.contains(pair.first) && samples.indices.contains(pair.second)
            if !isInside || pair.first == pair.second {
                return "pair \(index) names samples \(pair.first) and \(pair.second) of \(samples.count)"
            }
            if !(0...1).contains(pair.outlineSimilarity) || !(0...1).contains(pair.detailSimilarity) {
                return "pair \(index) has a similarity outside 0...1"
            }
        }
        return nil
    }
}

/// Everything that decides what a training run yields from its data. Stored with the model.
package struct TrainingRecipe: Sendable, Codable, Equatable {
    /// Passes over as many slices as there are, 0...1000; 0 gives the untrained model.
    package var epochs: Int
    /// Seed of the first weights, views and batches.
    package var seed: UInt64
    /// Slices of a batch, each in two views, 4...256.
    package var batchSize = 32
    /// Largest step of AdamW; one cycle with a rise over the first 15 percent of all steps.
    package var learningRate: Float = 1e-3
    /// How strongly weights shrink, times the rate.
    package var weightDecay: Float = 1e-2
    /// Augmented views made of each slice before the training, 1...64.
    package var viewsPerSlice = 8
    /// Share of the batches drawn from the slices most similar to one of them.
    package var neighborShare = 0.5
    /// Weight of telling a slice's own views from other slices.
    package var contrastiveWeight: Float = 0.3
    /// Length of the principal components' projection beside which the layers learn; longer: they change less.
    package var skipLength: Float = 12
    /// How much of what the layers add beside the principal components goes into the model, 0...1. Below one the
    /// untrained features keep a say of their own: on few patients they generalize better than what was learned.
    package var learnedShare: Float = 0.5
    /// Units between the two layers of the detail part.
    package var detailHidden = 192
    /// Units between the two layers of the outline part.
    package var outlineHidden = 64
    /// Epochs of the second half without a better test loss after which the run ends.
    package var patience = 20

    /// Makes a recipe with the method's own constants.
    package init(epochs: Int = 60, seed: UInt64 = 1) {
        self.epochs = epochs
        self.seed = seed
    }

    /// Says what is wrong with the recipe, or nil.
    package var flaw: String? {
        let whole: [(String, Int, ClosedRange<Int>)] = [
            ("epochs", epochs, 0...1000), ("batchSize", batchSize, 4...256),
            ("viewsPerSlice", viewsPerSlice, 1...64), ("detailHidden", detailHidden, 1...1024),
            ("outlineHidden", outlineHidden, 1...1024), ("patience", patience, 1...1000),
        ]
        for (name, value, range) in whole where !range.contains(value) {
            return "\(name) \(value) is not within \(range)"
        }
        let real: [(String, Double, ClosedRange<Double>)] = [
            ("learningRate", Double(learningRate), 1e-7...1), ("weightDecay", Double(weightDecay), 0...1),
            ("neighborShare", neighborShare, 0...1),
            ("contrastiveWeight", Double(contrastiveWeight), 0...10),
            ("skipLength", Double(skipLength), 0.01...1000), ("learnedShare", Double(learnedShare), 0...1),
        ]
        for (name, value, range) in real where !range.contains(value) {
            return "\(name) \(value) is not within \(range)"
        }
        return nil
    }
}

/// Why no model was trained.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// Too few samples on a side.
    case tooFewSamples(training: Int, test: Int)
    /// Pairs that do not fit the samples.
    case badPairs(String)
    /// Samples whose features are no numbers.
    case badSamples(String)
    /// The recipe is out of its bounds.
    case badRecipe(String)
    /// The caller asked to stop.
    case cancelled

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .tooFewSamples(let training, let test):
            "training needs at least 4 slices and 3 to test with; found \(training) and \(test)"
        case .badPairs(let flaw): "training pairs: \(flaw)"
        case .badSamples(let flaw): "training samples: \(flaw)"
        case .badRecipe(let flaw): "training recipe: \(flaw)"
        case .cancelled: "training was cancelled"
        }
    }
}

/// What one epoch came to.
package struct EpochReport: Sendable, Equatable {
    /// 1 for the first.
    package let epoch: Int
    /// Epochs of the recipe.
    package let epochs: Int
    /// Steps done of the whole training, all epochs.
    package let step: Int
    /// The learning rate of the epoch's last step.
    package let rate: Float
    /// Mean listwise loss of the epoch's batches, both learned parts by their weights.
    package let trainingLoss: Float
    /// Listwise loss over all test slices after the epoch, both learned parts by their weights.
    package let testLoss: Float
    /// Whether it is kept so far: in the second half, and neither an epoch there nor the untrained model is better.
    package let isBest: Bool
    /// Seconds since the training began, views and principal components included.
    package let secondsElapsed: Double
    /// Seconds that the remaining epochs will take at the pace so far.
    package let secondsLeft: Double
}

/// How a run ended.
package enum TrainingEnding: Sendable, Equatable {
    /// All epochs were run.
    case completed
    /// The test loss did not fall for `patience` epochs.
    case stoppedEarly(epoch: Int)
    /// The loss was no longer a number in this epoch; the model is the best one before it.
    case diverged(epoch: Int)
}

/// A trained model and how it came about.
package struct TrainingOutcome: Sendable {
    /// The model of the best epoch.
    package let model: EmbeddingModel
    /// The epoch whose weights it has; 0: the untrained one was not beaten.
    package let bestEpoch: Int
    /// Test loss of the untrained model.
    package let untrainedTestLoss: Float
    /// One report an epoch.
    package let reports: [EpochReport]
    /// How the run ended.
    package let ending: TrainingEnding
}
