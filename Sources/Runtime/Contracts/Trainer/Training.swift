package import Wire

/// Train a model. The job's result is the model's fingerprint.
package struct StartTraining: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Numbers of the tags.
    private enum Tag {
        static let recipe: UInt16 = 11
    }

    /// What to train on; none: the newest.
    package var dataSetID: Identifier?
    /// No longer used: 0. The recipe says how long a training takes.
    package var epochs: UInt32
    /// Of all that is random; 0: the recipe's, else the service's own choice.
    package var seed: UInt64
    /// Whether the model is promoted when it is done.
    package var promote: Bool
    /// A JSON object of what shall be otherwise than in the service's own recipe; none: nothing.
    package var recipe: String?

    /// Takes each field as it is.
    package init(
        dataSetID: Identifier?,
        epochs: UInt32 = 0,
        seed: UInt64,
        promote: Bool,
        recipe: String? = nil
    ) {
        self.dataSetID = dataSetID
        self.epochs = epochs
        self.seed = seed
        self.promote = promote
        self.recipe = recipe
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        epochs = try reader.read("epochs")
        seed = try reader.read("seed")
        promote = try reader.read("promote")
        recipe = try TaggedFields(aheadOf: reader).whole(Tag.recipe, "recipe", as: String.self)
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(epochs)
        writer.write(seed)
        writer.write(promote)
    }

    /// Writes the tags that are there.
    package func encodeTagged(into writer: inout FrameWriter) {
        writer.tagged(Tag.recipe, optional: recipe)
    }

    /// What `StartTraining` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The job that does it.
        package var jobID: Identifier

        /// Takes each field as it is.
        package init(jobID: Identifier) {
            self.jobID = jobID
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            jobID = try reader.read("jobID")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(jobID)
        }
    }
}

/// What one epoch of a run came to.
package struct EpochRecord: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4 + 4 + 8

    /// From 1 in each stage.
    package var epoch: UInt32
    /// Mean loss on the training side.
    package var trainingLoss: Float
    /// Loss on the test side; -1: there is none.
    package var testLoss: Float
    /// Since the run began, without the time that it was interrupted.
    package var secondsElapsed: Double

    /// Takes each field as it is.
    package init(epoch: UInt32, trainingLoss: Float, testLoss: Float, secondsElapsed: Double) {
        self.epoch = epoch
        self.trainingLoss = trainingLoss
        self.testLoss = testLoss
        self.secondsElapsed = secondsElapsed
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        epoch = try reader.read("epoch")
        trainingLoss = try reader.read("trainingLoss")
        testLoss = try reader.read("testLoss")
        secondsElapsed = try reader.read("secondsElapsed")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(epoch)
        writer.write(trainingLoss)
        writer.write(testLoss)
        writer.write(secondsElapsed)
    }
}

/// How did a training go?
package struct RunHistory: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x15)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the job.
    package var jobID: Identifier

    /// Takes each field as it is.
    package init(jobID: Identifier) {
        self.jobID = jobID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        jobID = try reader.read("jobID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(jobID)
    }

    /// What `RunHistory` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Numbers of the tags.
        private enum Tag {
            static let stages: UInt16 = 11
            static let best: UInt16 = 13
            static let recipe: UInt16 = 15
            static let dataSetHash: UInt16 = 17
        }

        /// In order.
        package var epochs: [EpochRecord]
        /// The stage of each epoch, an open set: `outline`, `detail`, `density`; none: the run is an older one.
        package var stages: [String]?
        /// For each epoch whether its weights were the best of its stage so far; none: the run is an older one.
        package var best: [Bool]?
        /// Everything that decides what the run makes of its data, as a JSON object; none: not known yet.
        package var recipe: String?
        /// Hash of the data set; none: not known yet.
        package var dataSetHash: Fingerprint?

        /// Takes each field as it is.
        package init(
            epochs: [EpochRecord],
            stages: [String]? = nil,
            best: [Bool]? = nil,
            recipe: String? = nil,
            dataSetHash: Fingerprint? = nil
        ) {
            self.epochs = epochs
            self.stages = stages
            self.best = best
            self.recipe = recipe
            self.dataSetHash = dataSetHash
        }

        /// Reads the fields in their order, then the tags up to the end of the body.
        package init(from reader: inout FrameReader) throws(WireError) {
            epochs = try reader.read("epochs")
            let tags = try TaggedFields(from: &reader)
            stages = try tags.whole(Tag.stages, "stages", as: [String].self)
            best = try tags.whole(Tag.best, "best", as: [Bool].self)
            recipe = try tags.whole(Tag.recipe, "recipe", as: String.self)
            dataSetHash = try tags.value(Tag.dataSetHash, "dataSetHash", as: Fingerprint.self)
        }

        /// Writes the fields in their order, then the tags that are there.
        package func encode(into writer: inout FrameWriter) {
            writer.write(epochs)
            writer.tagged(Tag.stages, optional: stages)
            writer.tagged(Tag.best, optional: best)
            writer.tagged(Tag.recipe, optional: recipe)
            writer.tagged(Tag.dataSetHash, optional: dataSetHash)
        }
    }
}

/// An epoch is over.
package struct RunProgressed: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x82)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Numbers of the tags.
    private enum Tag {
        static let step: UInt16 = 11
        static let rate: UInt16 = 13
        static let stage: UInt16 = 15
    }

    /// Names the job.
    package var jobID: Identifier
    /// The epoch that is over, from 1 in each stage.
    package var epoch: UInt32
    /// Of how many in the stage.
    package var epochs: UInt32
    /// Mean loss on the training side.
    package var trainingLoss: Float
    /// Loss on the test side; -1: there is none.
    package var testLoss: Float
    /// How long the rest will take, by what it took so far.
    package var secondsLeft: Float
    /// Steps done of the whole training, all epochs and stages; none: the trainer is an older one.
    package var step: UInt32?
    /// The learning rate of the epoch's last step; none: the trainer is an older one.
    package var rate: Float?
    /// What is learned, an open set: `outline`, `detail`, `density`; none: the trainer is an older one.
    package var stage: String?

    /// Takes each field as it is.
    package init(
        jobID: Identifier,
        epoch: UInt32,
        epochs: UInt32,
        trainingLoss: Float,
        testLoss: Float,
        secondsLeft: Float,
        step: UInt32?,
        rate: Float?,
        stage: String?
    ) {
        self.jobID = jobID
        self.epoch = epoch
        self.epochs = epochs
        self.trainingLoss = trainingLoss
        self.testLoss = testLoss
        self.secondsLeft = secondsLeft
        self.step = step
        self.rate = rate
        self.stage = stage
    }

    /// Reads the fields in their order, then the tags up to the end of the body.
    package init(from reader: inout FrameReader) throws(WireError) {
        jobID = try reader.read("jobID")
        epoch = try reader.read("epoch")
        epochs = try reader.read("epochs")
        trainingLoss = try reader.read("trainingLoss")
        testLoss = try reader.read("testLoss")
        secondsLeft = try reader.read("secondsLeft")
        let tags = try TaggedFields(from: &reader)
        step = try tags.value(Tag.step, "step", as: UInt32.self)
        rate = try tags.value(Tag.rate, "rate", as: Float.self)
        stage = try tags.whole(Tag.stage, "stage", as: String.self)
    }

    /// Writes the fields in their order, then the tags that are there.
    package func encode(into writer: inout FrameWriter) {
        writer.write(jobID)
        writer.write(epoch)
        writer.write(epochs)
        writer.write(trainingLoss)
        writer.write(testLoss)
        writer.write(secondsLeft)
        writer.tagged(Tag.step, optional: step)
        writer.tagged(Tag.rate, optional: rate)
        writer.tagged(Tag.stage, optional: stage)
    }
}
