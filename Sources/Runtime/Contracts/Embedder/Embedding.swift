package import Wire

/// One part of a vector, as the model describes it.
package struct EmbeddingPartRecord: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4 + 4

    /// `outline`, `detail`, `density` or what a later model has.
    package var name: String
    /// How many numbers of the vector belong to it.
    package var count: UInt32
    /// How much it weighs in a search unless the query says otherwise.
    package var weight: Float

    /// Takes each field as it is.
    package init(name: String, count: UInt32, weight: Float) {
        self.name = name
        self.count = count
        self.weight = weight
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        name = try reader.read("name")
        count = try reader.read("count")
        weight = try reader.read("weight")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(name)
        writer.write(count)
        writer.write(weight)
    }
}

/// A fact on a slice that searches can filter by.
package struct Attribute: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4

    /// `kernel`, `thickness`, `date` and so on.
    package var key: String
    /// Its value, as text.
    package var value: String

    /// Takes each field as it is.
    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        key = try reader.read("key")
        value = try reader.read("value")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(key)
        writer.write(value)
    }
}

/// A slice's vector under one model.
package struct Embedding: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 16 + 16 + 16 + 32 + 4 + 4

    /// Names the slice.
    package var sliceID: Identifier
    /// Names its series.
    package var seriesID: Identifier
    /// Names its study.
    package var studyID: Identifier
    /// The patient's pseudonym.
    package var patientID: Identifier
    /// The model that made it.
    package var fingerprint: Fingerprint
    /// All parts, one after the other.
    package var vector: [Float]
    /// What searches can filter by.
    package var attributes: [Attribute]

    /// Takes each field as it is.
    package init(
        sliceID: Identifier,
        seriesID: Identifier,
        studyID: Identifier,
        patientID: Identifier,
        fingerprint: Fingerprint,
        vector: [Float],
        attributes: [Attribute]
    ) {
        self.sliceID = sliceID
        self.seriesID = seriesID
        self.studyID = studyID
        self.patientID = patientID
        self.fingerprint = fingerprint
        self.vector = vector
        self.attributes = attributes
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        seriesID = try reader.read("seriesID")
        studyID = try reader.read("studyID")
        patientID = try reader.read("patientID")
        fingerprint = try reader.read("fingerprint")
        vector = try reader.read("vector")
        attributes = try reader.read("attributes")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(seriesID)
        writer.write(studyID)
        writer.write(patientID)
        writer.write(fingerprint)
        writer.write(vector)
        writer.write(attributes)
    }
}

/// The vector of a query image. The tag fingerprint names the generation wanted; none: the serving one.
package struct EmbedPixels: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The image's numbers.
    package var slice: SlicePixels

    /// Takes each field as it is.
    package init(slice: SlicePixels) {
        self.slice = slice
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        slice = try reader.read("slice")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(slice)
    }

    /// What `EmbedPixels` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The model that made it.
        package var fingerprint: Fingerprint
        /// All parts, one after the other, each of unit length.
        package var vector: [Float]
        /// What the numbers belong to.
        package var parts: [EmbeddingPartRecord]
        /// Area of both lungs on it.
        package var lungAreaSquareCentimeters: Double

        /// Takes each field as it is.
        package init(
            fingerprint: Fingerprint,
            vector: [Float],
            parts: [EmbeddingPartRecord],
            lungAreaSquareCentimeters: Double
        ) {
            self.fingerprint = fingerprint
            self.vector = vector
            self.parts = parts
            self.lungAreaSquareCentimeters = lungAreaSquareCentimeters
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            vector = try reader.read("vector")
            parts = try reader.read("parts")
            lungAreaSquareCentimeters = try reader.read("lungAreaSquareCentimeters")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(vector)
            writer.write(parts)
            writer.write(lungAreaSquareCentimeters)
        }
    }
}

/// The vectors of stored slices.
package struct FetchEmbeddings: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x11)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// At most 1,000.
    package var sliceIDs: [Identifier]
    /// The generation; none: the serving one.
    package var fingerprint: Fingerprint?

    /// Takes each field as it is.
    package init(sliceIDs: [Identifier], fingerprint: Fingerprint?) {
        self.sliceIDs = sliceIDs
        self.fingerprint = fingerprint
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceIDs = try reader.read("sliceIDs")
        fingerprint = try reader.read("fingerprint")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceIDs)
        writer.write(fingerprint)
    }

    /// What `FetchEmbeddings` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The generation.
        package var fingerprint: Fingerprint
        /// In the order of the request; absent where there is none.
        package var embeddings: [Embedding?]

        /// Takes each field as it is.
        package init(fingerprint: Fingerprint, embeddings: [Embedding?]) {
            self.fingerprint = fingerprint
            self.embeddings = embeddings
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            embeddings = try reader.read("embeddings")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(embeddings)
        }
    }
}
