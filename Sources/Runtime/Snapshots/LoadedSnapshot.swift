package import Contracts
package import Neighbors
package import Storage
package import Wire

/// A snapshot that was read: whole, of one piece, and with indexes whose vectors stay in the file's memory.
package struct LoadedSnapshot: Sendable {
    /// One model's vectors.
    package struct Generation: Sendable {
        /// The model.
        package let fingerprint: Fingerprint
        /// The parts of its vectors.
        package let parts: [EmbeddingPartRecord]
        /// The vectors.
        package let index: NeighborIndex
        /// How many vectors.
        package var count: Int { self.index.count }
    }

    /// Whose it is and up to where it knows the log.
    package let node: NodeRecord
    /// All generations.
    package let generations: [Generation]
    /// Those that were declared ready, the last one last.
    package let ready: [Fingerprint]
    /// Where everything stands.
    package let file: SnapshotFile

    /// Reads a snapshot and checks all of it; nil when there is no file. It blocks.
    package static func read(_ path: String) throws(SnapshotError) -> LoadedSnapshot? {
        guard let file = try SnapshotFile.open(path) else { return nil }
        return try LoadedSnapshot(file)
    }

    private init(_ file: SnapshotFile) throws(SnapshotError) {
        let node = try file.record(.node, as: NodeRecord.self)
        let start = file.start(of: .node)
        guard node.shard < node.shardCount else {
            throw SnapshotError(.badContents, at: start, "shard \(node.shard) of \(node.shardCount)")
        }
        var generations: [Generation] = []
        for number in 0..<Int(node.generationCount) {
            let generation = try file.generation(number)
            guard !generations.contains(where: { $0.fingerprint == generation.fingerprint }) else {
                throw SnapshotError(.badContents, at: file.start(of: .generation(number)), "a model twice")
            }
            generations.append(generation)
        }
        guard node.ready.allSatisfy({ $0 < node.generationCount }), Set(node.ready).count == node.ready.count
        else {
            throw SnapshotError(.badContents, at: start, "the ready list names no generation, or one twice")
        }
        self.node = node
        self.generations = generations
        self.ready = node.ready.map { generations[Int($0)].fingerprint }
        self.file = file
    }
}

extension SnapshotFile {
    /// Where a section begins; 0 when it is not there.
    fileprivate func start(of section: SnapshotSection) -> UInt64 {
        UInt64(self.entry(section)?.offset ?? 0)
    }

    /// The fields of a section that must be there.
    fileprivate func record<Record: WireBody>(
        _ section: SnapshotSection,
        as type: Record.Type
    ) throws(SnapshotError) -> Record {
        guard let bytes = self.bytes(section) else {
            throw SnapshotError(.missingSection, at: 0, "\(section)")
        }
        do throws(WireError) {
            return try Record(decoding: bytes)
        } catch {
            // A body that is met without a frame counts as if a header stood before it.
            let offset = UInt64(error.offset - FrameHeader.byteCount)
            throw SnapshotError(
                .badContents,
                at: self.start(of: section) + offset,
                "\(error.code.rawValue) reading \(error.field) of \(section)"
            )
        }
    }

    fileprivate func generation(_ number: Int) throws(SnapshotError) -> LoadedSnapshot.Generation {
        let record = try self.record(.generation(number), as: GenerationRecord.self)
        if let problem = ModelParts.problem(record.parts) {
            throw SnapshotError(.badContents, at: self.start(of: .generation(number)), problem)
        }
        let index = try self.index(of: number, parts: record.parts)
        guard UInt64(index.count) == record.count else {
            throw SnapshotError(
                .badContents,
                at: self.start(of: .generation(number)),
                "\(record.count) vectors are told, the index has \(index.count)"
            )
        }
        return LoadedSnapshot.Generation(fingerprint: record.fingerprint, parts: record.parts, index: index)
    }

    private func index(of number: Int, parts: [EmbeddingPartRecord]) throws(SnapshotError) -> NeighborIndex {
        do throws(NeighborSnapshotError) {
            return try NeighborIndex(
                parts: parts.map { Int($0.count) },
                snapshot: { section in
                    self.region(.index(section, of: number)).map {
                        // SAFETY: the owner keeps the file mapped, and nobody writes to it.
                        unsafe NeighborMemory(base: $0.base, byteCount: $0.byteCount, owner: $0.owner)
                    }
                }
            )
        } catch {
            let places = NeighborSection.allCases.compactMap { self.entry(.index($0, of: number))?.offset }
            let start = places.min().map { UInt64($0) } ?? self.start(of: .generation(number))
            throw SnapshotError(.badContents, at: start, "the index of generation \(number): \(error.text)")
        }
    }
}
