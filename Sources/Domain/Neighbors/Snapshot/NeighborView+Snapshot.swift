internal import LinearAlgebra

extension NeighborView {
    /// Hands out the bytes of a snapshot, section after section, each in one or more pieces.
    ///
    /// - Parameter sink: takes a piece, which it must not keep; what it throws ends the writing.
    package func writeSnapshot(
        _ sink: (NeighborSection, UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var bases: [RotatedBasis] = []
        for partition in self.partitions where !bases.contains(where: { $0 === partition.store.basis }) {
            bases.append(partition.store.basis)
        }
        try unsafe self.layoutSection(bases).withUnsafeBytes { unsafe try sink(.layout, $0) }
        try unsafe self.directorySection(bases).withUnsafeBytes { unsafe try sink(.directory, $0) }
        if self.partitions.isEmpty {
            unsafe try sink(.partitions, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        for partition in self.partitions {
            let memory = partition.store.memory
            // A copy: behind the slots that count here, newer ones may be written while the piece is on its way.
            // SAFETY: the memory lives as long as the partition.
            let piece = unsafe Array(
                UnsafeRawBufferPointer(start: memory.base, count: partition.store.shape.byteCount)
            )
            try unsafe piece.withUnsafeBytes { unsafe try sink(.partitions, $0) }
        }
        try unsafe self.ownersSection().withUnsafeBytes { unsafe try sink(.owners, $0) }
        try unsafe self.attributesSection().withUnsafeBytes { unsafe try sink(.attributes, $0) }
    }

    private func layoutSection(_ bases: [RotatedBasis]) -> [UInt8] {
        var writer = SectionWriter()
        writer.number(CodeLayout.arrangement)
        writer.number(UInt32(self.layout.parts.count))
        for part in self.layout.parts { writer.number(UInt32(part)) }
        writer.number(UInt32(bases.count))
        for basis in bases {
            writer.number(basis.norm)
            writer.number(basis.projectionError)
            for part in basis.partOf { writer.number(part) }
            for value in basis.matrix.values { writer.number(value) }
        }
        return writer.bytes
    }

    private func directorySection(_ bases: [RotatedBasis]) -> [UInt8] {
        var writer = SectionWriter()
        writer.number(UInt32(self.partitions.count))
        for (number, partition) in self.partitions.enumerated() {
            let shape = partition.store.shape
            for count in [
                shape.capacity, shape.sortedCount, shape.facetCount, shape.postingCount, partition.count,
            ] {
                writer.number(UInt32(count))
            }
            writer.number(UInt32(bases.firstIndex { $0 === partition.store.basis } ?? 0))
            for bound in self.extent(number) { writer.number(bound) }
            writer.number(UInt32(partition.removed.count))
            for word in partition.removed { writer.number(word) }
        }
        return writer.bytes
    }

    private func ownersSection() -> [UInt8] {
        var writer = SectionWriter()
        writer.number(UInt32(self.owners.owners.count))
        for number in 0..<self.owners.owners.count {
            let owner = self.owners.owners[number]
            for byte in owner.series.bytes + owner.patient.bytes { writer.number(byte) }
        }
        return writer.bytes
    }

    private func attributesSection() -> [UInt8] {
        var writer = SectionWriter()
        writer.number(UInt32(self.facets.facets.count))
        for number in 0..<self.facets.facets.count {
            writer.text(self.facets.facets[number].key)
            writer.text(self.facets.facets[number].value)
        }
        writer.number(UInt32(self.facets.sets.count))
        for number in 0..<self.facets.sets.count {
            let set = self.facets.sets[number]
            writer.number(UInt32(set.count))
            for facet in set { writer.number(facet) }
        }
        return writer.bytes
    }
}
