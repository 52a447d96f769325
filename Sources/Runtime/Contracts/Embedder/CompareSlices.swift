package import Wire

/// How far apart two slices are in one part of their vectors.
package struct ComparedPart: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4 + 4 + 4

    /// `outline`, `detail`, `density` or what a later model has.
    package var name: String
    /// What its squared distance counts in the whole.
    package var weight: Float
    /// Squared Euclidean distance, 0 to 4.
    package var squaredDistance: Float
    /// Weight times squared distance, as a share of all parts' sum, 0 to 1.
    package var share: Float

    /// Takes each field as it is.
    package init(name: String, weight: Float, squaredDistance: Float, share: Float) {
        self.name = name
        self.weight = weight
        self.squaredDistance = squaredDistance
        self.share = share
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        name = try reader.read("name")
        weight = try reader.read("weight")
        squaredDistance = try reader.read("squaredDistance")
        share = try reader.read("share")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(name)
        writer.write(weight)
        writer.write(squaredDistance)
        writer.write(share)
    }
}

/// How far apart are two stored slices, and where does their detail agree? Computed anew; the tag fingerprint names the
/// generation wanted; none: the serving one.
package struct CompareSlices: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x13)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names one slice.
    package var first: Identifier
    /// Names the other.
    package var second: Identifier

    /// Takes each field as it is.
    package init(first: Identifier, second: Identifier) {
        self.first = first
        self.second = second
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        first = try reader.read("first")
        second = try reader.read("second")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(first)
        writer.write(second)
    }

    /// What `CompareSlices` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The generation.
        package var fingerprint: Fingerprint
        /// In the order of the vector.
        package var parts: [ComparedPart]
        /// A square of cells, row by row, over the first slice's lungs in their frame: 1 the same detail, 0 and
        /// less nothing in common; 0 outside the lungs.
        package var agreement: [Float]
        /// How much of each cell is lung in both slices, 0 to 1.
        package var lungShares: [Float]
        /// What the cells lie over: the first slice's gray values, a square row by row.
        package var image: [UInt8]

        /// Takes each field as it is.
        package init(
            fingerprint: Fingerprint,
            parts: [ComparedPart],
            agreement: [Float],
            lungShares: [Float],
            image: [UInt8]
        ) {
            self.fingerprint = fingerprint
            self.parts = parts
            self.agreement = agreement
            self.lungShares = lungShares
            self.image = image
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            parts = try reader.read("parts")
            agreement = try reader.read("agreement")
            lungShares = try reader.read("lungShares")
            image = try reader.read("image")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(parts)
            writer.write(agreement)
            writer.write(lungShares)
            writer.write(image)
        }
    }
}
