package import Wire

/// A data set in one line.
package struct DataSetSummary: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 32 + 4 + 8 + 4 + 4 + 8

    /// Names the data set.
    package var dataSetID: Identifier
    /// SHA-256 of its recipe, members and pairs.
    package var hash: Fingerprint
    /// Slices in it.
    package var memberCount: UInt32
    /// Labeled pairs in it.
    package var pairCount: UInt64
    /// Patients whose slices train.
    package var trainingPatients: UInt32
    /// Patients whose slices test; none of them trains.
    package var testPatients: UInt32
    /// When it was built, milliseconds since 1970.
    package var timeMilliseconds: UInt64

    /// Takes each field as it is.
    package init(
        dataSetID: Identifier,
        hash: Fingerprint,
        memberCount: UInt32,
        pairCount: UInt64,
        trainingPatients: UInt32,
        testPatients: UInt32,
        timeMilliseconds: UInt64
    ) {
        self.dataSetID = dataSetID
        self.hash = hash
        self.memberCount = memberCount
        self.pairCount = pairCount
        self.trainingPatients = trainingPatients
        self.testPatients = testPatients
        self.timeMilliseconds = timeMilliseconds
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        hash = try reader.read("hash")
        memberCount = try reader.read("memberCount")
        pairCount = try reader.read("pairCount")
        trainingPatients = try reader.read("trainingPatients")
        testPatients = try reader.read("testPatients")
        timeMilliseconds = try reader.read("timeMilliseconds")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(hash)
        writer.write(memberCount)
        writer.write(pairCount)
        writer.write(trainingPatients)
        writer.write(testPatients)
        writer.write(timeMilliseconds)
    }
}

/// A slice of a data set; pairs name it by its place in the list.
package struct DataSetMember: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 16 + 16 + 1

    /// Names the slice.
    package var sliceID: Identifier
    /// The patient's pseudonym.
    package var patientID: Identifier
    /// Names its series.
    package var seriesID: Identifier
    /// Whether it tests instead of trains.
    package var isTest: Bool

    /// Takes each field as it is.
    package init(sliceID: Identifier, patientID: Identifier, seriesID: Identifier, isTest: Bool) {
        self.sliceID = sliceID
        self.patientID = patientID
        self.seriesID = seriesID
        self.isTest = isTest
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        patientID = try reader.read("patientID")
        seriesID = try reader.read("seriesID")
        isTest = try reader.read("isTest")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(patientID)
        writer.write(seriesID)
        writer.write(isTest)
    }
}

/// Which data sets are there?
package struct ListDataSets: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x11)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `ListDataSets` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The newest first.
        package var dataSets: [DataSetSummary]

        /// Takes each field as it is.
        package init(dataSets: [DataSetSummary]) {
            self.dataSets = dataSets
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            dataSets = try reader.read("dataSets")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(dataSets)
        }
    }
}

/// A data set without its pairs.
package struct FetchDataSet: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x12)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the data set.
    package var dataSetID: Identifier

    /// Takes each field as it is.
    package init(dataSetID: Identifier) {
        self.dataSetID = dataSetID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
    }

    /// What `FetchDataSet` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In one line.
        package var summary: DataSetSummary
        /// Pairs name them by their place here, from 0.
        package var members: [DataSetMember]
        /// Similarities from which the grades 1, 2 and 3 begin.
        package var gradeThresholds: [Float]
        /// How it was made, as JSON.
        package var recipe: String

        /// Takes each field as it is.
        package init(
            summary: DataSetSummary,
            members: [DataSetMember],
            gradeThresholds: [Float],
            recipe: String
        ) {
            self.summary = summary
            self.members = members
            self.gradeThresholds = gradeThresholds
            self.recipe = recipe
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            summary = try reader.read("summary")
            members = try reader.read("members")
            gradeThresholds = try reader.read("gradeThresholds")
            recipe = try reader.read("recipe")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(summary)
            writer.write(members)
            writer.write(gradeThresholds)
            writer.write(recipe)
        }
    }
}

/// A data set is ready to train on.
package struct DataSetBuilt: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x81)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the data set.
    package var dataSetID: Identifier
    /// SHA-256 of its recipe, members and pairs.
    package var hash: Fingerprint
    /// Slices in it.
    package var memberCount: UInt32
    /// Labeled pairs in it.
    package var pairCount: UInt64

    /// Takes each field as it is.
    package init(dataSetID: Identifier, hash: Fingerprint, memberCount: UInt32, pairCount: UInt64) {
        self.dataSetID = dataSetID
        self.hash = hash
        self.memberCount = memberCount
        self.pairCount = pairCount
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        dataSetID = try reader.read("dataSetID")
        hash = try reader.read("hash")
        memberCount = try reader.read("memberCount")
        pairCount = try reader.read("pairCount")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(dataSetID)
        writer.write(hash)
        writer.write(memberCount)
        writer.write(pairCount)
    }
}
