package import Wire

/// Which hits exclude each other.
package enum SearchGrouping: UInt8, WireValue {
    /// None: each slice stands for itself.
    case none = 0
    /// One hit per series.
    case series = 1
    /// One hit per patient.
    case patient = 2
}

/// A condition on an attribute; it acts inside the search, never after it.
package struct SearchFilter: WireStructure, Equatable {
    /// How a filter compares.
    package enum Comparison: UInt8, WireValue {
        /// The attribute is the value.
        case equal = 0
        /// The attribute is another value or absent.
        case notEqual = 1
        /// As numbers where both are, else as texts.
        case atMost = 2
        /// As numbers where both are, else as texts.
        case atLeast = 3
    }

    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 1 + 4

    /// The attribute's name.
    package var key: String
    /// How to compare.
    package var comparison: SearchFilter.Comparison
    /// With what.
    package var value: String

    /// Takes each field as it is.
    package init(key: String, comparison: SearchFilter.Comparison, value: String) {
        self.key = key
        self.comparison = comparison
        self.value = value
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        key = try reader.read("key")
        comparison = try reader.read("comparison")
        value = try reader.read("value")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(key)
        writer.write(comparison)
        writer.write(value)
    }
}

/// A neighbor of the query.
package struct SearchHit: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 16 + 16 + 4 + 4

    /// Names the slice.
    package var sliceID: Identifier
    /// Names its series.
    package var seriesID: Identifier
    /// The patient's pseudonym.
    package var patientID: Identifier
    /// From the query, with the weights of the search.
    package var distance: Float
    /// Each part's own distance, before weights.
    package var partDistances: [Float]

    /// Takes each field as it is.
    package init(
        sliceID: Identifier,
        seriesID: Identifier,
        patientID: Identifier,
        distance: Float,
        partDistances: [Float]
    ) {
        self.sliceID = sliceID
        self.seriesID = seriesID
        self.patientID = patientID
        self.distance = distance
        self.partDistances = partDistances
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        seriesID = try reader.read("seriesID")
        patientID = try reader.read("patientID")
        distance = try reader.read("distance")
        partDistances = try reader.read("partDistances")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(seriesID)
        writer.write(patientID)
        writer.write(distance)
        writer.write(partDistances)
    }
}

/// The nearest vectors of this node's shard. The tag fingerprint must name the query's model.
package struct Search: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.index, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The query, all parts one after the other.
    package var vector: [Float]
    /// One for each part, not negative; empty: the model's own.
    package var weights: [Float]
    /// How many hits, 1 to 1,000.
    package var k: UInt32
    /// Which hits exclude each other.
    package var grouping: SearchGrouping
    /// Slices of this patient are no hits.
    package var excludedPatient: Identifier?
    /// Slices of this series are no hits.
    package var excludedSeries: Identifier?
    /// This slice is no hit.
    package var excludedSlice: Identifier?
    /// All must hold; at most 32.
    package var filters: [SearchFilter]
    /// The answer must know the embedder's log up to here, else it is refused as stale; 0: any.
    package var minimumSeq: UInt64
    /// Compare with every vector: the slow twin that proves the fast answer.
    package var wantsBruteForce: Bool

    /// Takes each field as it is.
    package init(
        vector: [Float],
        weights: [Float],
        k: UInt32,
        grouping: SearchGrouping,
        excludedPatient: Identifier?,
        excludedSeries: Identifier?,
        excludedSlice: Identifier?,
        filters: [SearchFilter],
        minimumSeq: UInt64,
        wantsBruteForce: Bool
    ) {
        self.vector = vector
        self.weights = weights
        self.k = k
        self.grouping = grouping
        self.excludedPatient = excludedPatient
        self.excludedSeries = excludedSeries
        self.excludedSlice = excludedSlice
        self.filters = filters
        self.minimumSeq = minimumSeq
        self.wantsBruteForce = wantsBruteForce
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        vector = try reader.read("vector")
        weights = try reader.read("weights")
        k = try reader.read("k")
        grouping = try reader.read("grouping")
        excludedPatient = try reader.read("excludedPatient")
        excludedSeries = try reader.read("excludedSeries")
        excludedSlice = try reader.read("excludedSlice")
        filters = try reader.read("filters")
        minimumSeq = try reader.read("minimumSeq")
        wantsBruteForce = try reader.read("wantsBruteForce")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(vector)
        writer.write(weights)
        writer.write(k)
        writer.write(grouping)
        writer.write(excludedPatient)
        writer.write(excludedSeries)
        writer.write(excludedSlice)
        writer.write(filters)
        writer.write(minimumSeq)
        writer.write(wantsBruteForce)
    }

    /// What `Search` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The generation searched.
        package var fingerprint: Fingerprint
        /// Position in the embedder's log that the answer knows.
        package var seq: UInt64
        /// Ordered by distance, then by slice id.
        package var hits: [SearchHit]
        /// How many distances it took.
        package var distancesComputed: UInt64
        /// How many vectors could have been hits.
        package var candidates: UInt64
        /// Distance up to which everything was looked at.
        package var radius: Float
        /// Which shard answered.
        package var shard: UInt32
        /// Of how many.
        package var shardCount: UInt32

        /// Takes each field as it is.
        package init(
            fingerprint: Fingerprint,
            seq: UInt64,
            hits: [SearchHit],
            distancesComputed: UInt64,
            candidates: UInt64,
            radius: Float,
            shard: UInt32,
            shardCount: UInt32
        ) {
            self.fingerprint = fingerprint
            self.seq = seq
            self.hits = hits
            self.distancesComputed = distancesComputed
            self.candidates = candidates
            self.radius = radius
            self.shard = shard
            self.shardCount = shardCount
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            seq = try reader.read("seq")
            hits = try reader.read("hits")
            distancesComputed = try reader.read("distancesComputed")
            candidates = try reader.read("candidates")
            radius = try reader.read("radius")
            shard = try reader.read("shard")
            shardCount = try reader.read("shardCount")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(seq)
            writer.write(hits)
            writer.write(distancesComputed)
            writer.write(candidates)
            writer.write(radius)
            writer.write(shard)
            writer.write(shardCount)
        }
    }
}
