package import Wire

/// What a patient's slices are for.
package enum DataSetSide: UInt8, WireValue, CaseIterable {
    /// To learn from.
    case training = 0
    /// To judge by; none of the patients trains.
    case test = 1

    /// The choice as the registry calls it.
    package var name: String { "\(self)" }
}

/// How many pairs of one side have one grade.
package struct GradeCount: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 1 + 1 + 8

    /// The side.
    package var side: DataSetSide
    /// The grade, 0 to 3.
    package var grade: UInt8
    /// How many.
    package var count: UInt64

    /// Takes each field as it is.
    package init(side: DataSetSide, grade: UInt8, count: UInt64) {
        self.side = side
        self.grade = grade
        self.count = count
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        side = try reader.read("side")
        grade = try reader.read("grade")
        count = try reader.read("count")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(side)
        writer.write(grade)
        writer.write(count)
    }
}

/// How are the labels of a data set distributed?
package struct FetchStatistics: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.labeler, 0x16)
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

    /// What `FetchStatistics` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Each side with each of its grades, training first, grades ascending.
        package var grades: [GradeCount]
        /// Outline similarity of all pairs: least, then each twentieth, to the greatest; 21 values, none without pairs.
        package var outlineQuantiles: [Float]
        /// Detail similarity, in the same way.
        package var detailQuantiles: [Float]
        /// Both together, in the same way.
        package var similarityQuantiles: [Float]

        /// Takes each field as it is.
        package init(
            grades: [GradeCount],
            outlineQuantiles: [Float],
            detailQuantiles: [Float],
            similarityQuantiles: [Float]
        ) {
            self.grades = grades
            self.outlineQuantiles = outlineQuantiles
            self.detailQuantiles = detailQuantiles
            self.similarityQuantiles = similarityQuantiles
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            grades = try reader.read("grades")
            outlineQuantiles = try reader.read("outlineQuantiles")
            detailQuantiles = try reader.read("detailQuantiles")
            similarityQuantiles = try reader.read("similarityQuantiles")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(grades)
            writer.write(outlineQuantiles)
            writer.write(detailQuantiles)
            writer.write(similarityQuantiles)
        }
    }
}
