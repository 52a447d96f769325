package import Wire

/// Train a model. The job's result is the model's fingerprint.
package struct StartTraining: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// What to train on; none: the newest.
    package var dataSetID: Identifier?
    /// How many; 0: the service's own choice.
    package var epochs: UInt32
    /// Of the first weights and the order of pairs.
    package var seed: UInt64
    /// Whether the model is promoted when it is done.
    package var promote: Bool

    /// Takes each field as it is.
    package init(dataSetID: Identifier?, epochs: UInt32, seed: UInt64, promote: Bool) {
        self.dataSetID = dataSetID
        self.epochs = epochs
        self.seed = seed
        self.promote = promote
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        epochs = try reader.read("epochs")
        seed = try reader.read("seed")
        promote = try reader.read("promote")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(epochs)
        writer.write(seed)
        writer.write(promote)
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

    /// From 1.
    package var epoch: UInt32
    /// Mean loss on the training pairs.
    package var trainingLoss: Float
    /// Loss on the test pairs.
    package var testLoss: Float
    /// Since the run began.
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

        /// In order.
        package var epochs: [EpochRecord]

        /// Takes each field as it is.
        package init(epochs: [EpochRecord]) {
            self.epochs = epochs
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            epochs = try reader.read("epochs")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(epochs)
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
    }

    /// Names the job.
    package var jobID: Identifier
    /// The epoch that is over, from 1.
    package var epoch: UInt32
    /// Of how many.
    package var epochs: UInt32
    /// Mean loss on the training pairs.
    package var trainingLoss: Float
    /// Loss on the test pairs.
    package var testLoss: Float
    /// How long the rest will take, by what it took so far.
    package var secondsLeft: Float
    /// Steps done of the whole training, all epochs; none: the trainer is an older one.
    package var step: UInt32?
    /// The learning rate of the epoch's last step; none: the trainer is an older one.
    package var rate: Float?

    /// Takes each field as it is.
    package init(
        jobID: Identifier,
        epoch: UInt32,
        epochs: UInt32,
        trainingLoss: Float,
        testLoss: Float,
        secondsLeft: Float,
        step: UInt32?,
        rate: Float?
    ) {
        self.jobID = jobID
        self.epoch = epoch
        self.epochs = epochs
        self.trainingLoss = trainingLoss
        self.testLoss = testLoss
        self.secondsLeft = secondsLeft
        self.step = step
        self.rate = rate
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
    }
}
