package import Wire

/// What a model is used for.
package enum ModelState: UInt8, WireValue {
    /// Trained, not in use.
    case candidate = 0
    /// In use: new embeddings come from it.
    case promoted = 1
    /// Was in use.
    case retired = 2

    /// The choice as the registry calls it.
    package var name: String { "\(self)" }
}

/// A trained model in one line.
package struct ModelSummary: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 32 + 1 + 16 + 8 + 4 + 4 + 4

    /// Names the model.
    package var fingerprint: Fingerprint
    /// What it is used for.
    package var state: ModelState
    /// What it was trained on; all zeros: it came with the program.
    package var dataSetID: Identifier
    /// When its training ended, or when it was taken into the registry, milliseconds since 1970.
    package var timeMilliseconds: UInt64
    /// Loss on the training side of the detail that was kept.
    package var trainingLoss: Float
    /// Loss on the test side of the detail that was kept; -1: there was none.
    package var testLoss: Float
    /// How many epochs it was trained, in all stages; 0: it came with the program.
    package var epochs: UInt32

    /// Takes each field as it is.
    package init(
        fingerprint: Fingerprint,
        state: ModelState,
        dataSetID: Identifier,
        timeMilliseconds: UInt64,
        trainingLoss: Float,
        testLoss: Float,
        epochs: UInt32
    ) {
        self.fingerprint = fingerprint
        self.state = state
        self.dataSetID = dataSetID
        self.timeMilliseconds = timeMilliseconds
        self.trainingLoss = trainingLoss
        self.testLoss = testLoss
        self.epochs = epochs
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
        state = try reader.read("state")
        dataSetID = try reader.read("dataSetID")
        timeMilliseconds = try reader.read("timeMilliseconds")
        trainingLoss = try reader.read("trainingLoss")
        testLoss = try reader.read("testLoss")
        epochs = try reader.read("epochs")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
        writer.write(state)
        writer.write(dataSetID)
        writer.write(timeMilliseconds)
        writer.write(trainingLoss)
        writer.write(testLoss)
        writer.write(epochs)
    }
}

/// A model's file.
package struct FetchModel: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x11)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the model; none: the promoted one.
    package var fingerprint: Fingerprint?

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint?) {
        self.fingerprint = fingerprint
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
    }

    /// What `FetchModel` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Names the model.
        package var fingerprint: Fingerprint
        /// The model as a safetensors file.
        package var bytes: [UInt8]

        /// Takes each field as it is.
        package init(fingerprint: Fingerprint, bytes: [UInt8]) {
            self.fingerprint = fingerprint
            self.bytes = bytes
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            bytes = try reader.read("bytes")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(bytes)
        }
    }
}

/// Which models are there?
package struct ListModels: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x12)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `ListModels` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Numbers of the tags.
        private enum Tag {
            static let jobIDs: UInt16 = 11
        }

        /// The newest first.
        package var models: [ModelSummary]
        /// The training of each; all zeros: it came with the program; none: the trainer is an older one.
        package var jobIDs: [Identifier]?

        /// Takes each field as it is.
        package init(models: [ModelSummary], jobIDs: [Identifier]? = nil) {
            self.models = models
            self.jobIDs = jobIDs
        }

        /// Reads the fields in their order, then the tags up to the end of the body.
        package init(from reader: inout FrameReader) throws(WireError) {
            models = try reader.read("models")
            jobIDs = try TaggedFields(from: &reader).whole(Tag.jobIDs, "jobIDs", as: [Identifier].self)
        }

        /// Writes the fields in their order, then the tags that are there.
        package func encode(into writer: inout FrameWriter) {
            writer.write(models)
            writer.tagged(Tag.jobIDs, optional: jobIDs)
        }
    }
}

/// Use this model from now on.
package struct Promote: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x13)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Names the model.
    package var fingerprint: Fingerprint

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint) {
        self.fingerprint = fingerprint
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
    }

    /// What `Promote` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The promoted model.
        package var fingerprint: Fingerprint

        /// Takes each field as it is.
        package init(fingerprint: Fingerprint) {
            self.fingerprint = fingerprint
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
        }
    }
}

/// Use the model before again.
package struct RollBack: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x14)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `RollBack` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The promoted model.
        package var fingerprint: Fingerprint

        /// Takes each field as it is.
        package init(fingerprint: Fingerprint) {
            self.fingerprint = fingerprint
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
        }
    }
}

/// Another model is in use.
package struct ModelPromoted: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.trainer, 0x81)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The promoted model.
    package var fingerprint: Fingerprint
    /// The one before.
    package var previous: Fingerprint?

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint, previous: Fingerprint?) {
        self.fingerprint = fingerprint
        self.previous = previous
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
        previous = try reader.read("previous")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
        writer.write(previous)
    }
}
