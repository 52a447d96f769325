import Contracts
import ServiceKit
import Storage
import Synchronization
import Tomography
import Wire

/// Real hosts with made-up content in the places of the services that the gateway asks.
extension Archive {
    var ingest: ServiceDefinition {
        self.definition("ingest", .ingest) { host in
            host.onChanging(StoreObject.self) { request, _, _ in self.store(request) }
            host.onChanging(StoreObjects.self) { request, _, _ in
                .init(results: request.objects.map { StoredObject(self.store(StoreObject(bytes: $0))) })
            }
            host.onChanging(ImportFolder.self) { request, _, _ in
                guard request.path == "/archive" else { throw Refusal(.notAllowed, "not below import-root") }
                return .init(jobID: Sample.identifier(7, 7))
            }
            host.on(FindLungs.self) { request, _ in try self.findLungs(request) }
            host.on(FetchMetadata.self) { request, _ in
                FetchMetadata.Reply(slices: request.sliceIDs.map { self.metadata($0) })
            }
            host.on(FetchSeries.self) { request, _ in
                let slices = self.state.withLock(\.samples).filter { $0.seriesID == request.seriesID }
                guard let first = slices.first else { throw Refusal(.notFound, "no such series") }
                return FetchSeries.Reply(
                    seriesID: request.seriesID,
                    patientID: first.patientID,
                    sliceIDs: slices.map(\.sliceID)
                )
            }
            host.on(Preview.self) { request, _ in
                self.state.withLock { $0.previews.append(request) }
                return Preview.Reply(jpeg: [0xFF, 0xD8, 0x0D, 0x0A, 0xFF, 0xD9])
            }
            host.onChanging(Remove.self) { request, _, _ in
                self.state.withLock { state in
                    state.removals.append(request)
                    return Remove.Reply(count: request.id == Sample(number: 0).seriesID ? 2 : 0)
                }
            }
            host.on(ListQuarantine.self) { request, _ in
                let entry = QuarantineEntry(
                    number: request.after + 1,
                    digest: fingerprint(9),
                    reason: "localizer",
                    detail: "an overview",
                    timeMilliseconds: 5
                )
                return .init(entries: [entry], counts: [ReasonCount(reason: "localizer", count: 3)])
            }
        }
    }

    var labeler: ServiceDefinition {
        self.definition("labeler", .labeler) { host in
            host.jobs.handle("build", onRestart: .again) { run in
                run.report(0.5, "comparing")
                return { _ in Sample.identifier(7, UInt8(run.input.count)).description }
            }
            host.onChanging(BuildDataSet.self) { request, _, transaction in
                self.state.withLock { $0.orders.append(request) }
                guard request.source != .height else { throw Refusal(.badArgument, "unsupported") }
                let input = [UInt8](repeating: 0, count: Int(request.memberMaximum))
                return .init(jobID: try host.jobs.start("build", input: input, in: transaction))
            }
            host.on(ListDataSets.self) { _, _ in .init(dataSets: [MadeDataSet.summary]) }
            MadeDataSet.serve(on: host, archive: self)
        }
    }

    var trainer: ServiceDefinition {
        self.definition("trainer", .trainer) { host in
            host.onChanging(Promote.self) { request, _, _ in
                guard request.fingerprint == fingerprint(2) else { throw Refusal(.notFound, "no such model") }
                return Promote.Reply(fingerprint: request.fingerprint)
            }
            host.onChanging(RollBack.self) { _, _, _ in throw Refusal(.conflict, "nothing served before") }
            MadeModels.serve(on: host, archive: self)
            host.on(FetchModel.self) { request, _ in
                guard request.fingerprint ?? fingerprint(2) == fingerprint(2) else {
                    throw Refusal(.notFound, "no such model")
                }
                return FetchModel.Reply(fingerprint: fingerprint(2), bytes: [0, 255, 13, 10, 7])
            }
        }
    }

    var embedder: ServiceDefinition {
        self.definition("embedder", .embedder) { host in
            host.on(FetchEmbeddings.self) { request, _ in
                let generation = request.fingerprint ?? fingerprint(1)
                try self.keepsGeneration(generation)
                let samples = self.state.withLock(\.samples)
                return FetchEmbeddings.Reply(
                    fingerprint: generation,
                    embeddings: request.sliceIDs.map { id in
                        samples.first { $0.sliceID == id }.map { self.embedding($0, generation) }
                    }
                )
            }
            host.on(CompareSlices.self) { request, context in
                try self.compare(request, context.fingerprint ?? fingerprint(1))
            }
            host.on(EmbedCrop.self) { request, context in
                let generation = context.fingerprint ?? fingerprint(1)
                try self.keepsGeneration(generation)
                return EmbedCrop.Reply(
                    fingerprint: generation,
                    vector: Sample(number: request.crop.first ?? 0).vector(generation),
                    parts: Self.parts
                )
            }
        }
    }

    /// One index node that holds the series of its shard.
    func node(_ node: Int, shard: Int, of shardCount: Int) -> ServiceDefinition {
        self.definition("index", .index) { host in
            host.on(NodeState.self) { _, _ in self.nodeState(node, shard: shard, of: shardCount) }
            host.on(Search.self) { request, context in
                self.state.withLock { $0.searches.append((node, request)) }
                while self.state.withLock({ $0.hanging.contains(node) }) {
                    try await Task.sleep(for: .milliseconds(2))
                }
                return try self.answer(request, context, node: node, shard: shard, of: shardCount)
            }
        }
    }

    private func definition(
        _ name: String,
        _ number: ServiceNumber,
        setUp: @escaping @Sendable (ServiceHost) async throws -> Void
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name,
            number: number,
            summary: "a stand-in",
            ports: ServicePorts(requests: 0, events: 0, health: 0),
            setUp: setUp
        )
    }
}

// MARK: Answers

extension Archive {
    private func store(_ request: StoreObject) -> StoreObject.Reply {
        self.state.withLock { $0.storedObjects.append(request.bytes) }
        guard let number = request.bytes.first, request.bytes.count == 1 else {
            return .init(
                outcome: .refused,
                sliceID: nil,
                seriesID: nil,
                reason: "noLung",
                detail: "no lung here"
            )
        }
        let sample = Sample(number: number)
        return .init(
            outcome: .stored,
            sliceID: sample.sliceID,
            seriesID: sample.seriesID,
            reason: "",
            detail: ""
        )
    }

    private func findLungs(_ request: FindLungs) throws -> FindLungs.Reply {
        guard let number = request.bytes.first, request.bytes.count == 1 else {
            throw Refusal(.badArgument, "noLung: no lung here")
        }
        let sample = Sample(number: number)
        return FindLungs.Reply(
            lungs: FoundLungs(
                rows: 1,
                columns: 1,
                millimetersPerPixel: nil,
                labels: MaskRuns.encode([1]),
                areaSquareCentimeters: 100,
                containsLung: true,
                reason: "",
                flags: [],
                crop: [number]
            ),
            sliceID: sample.sliceID,
            seriesID: sample.seriesID,
            patientID: sample.patientID,
            studyID: sample.seriesID,
            isStored: self.state.withLock { $0.samples.contains(sample) }
        )
    }

    private func metadata(_ id: Identifier) -> SliceMetadata? {
        let samples = self.state.withLock { $0.samples + [$0.waiting] }
        return samples.first { $0.sliceID == id }.map { sample in
            SliceMetadata(
                sliceID: id,
                seriesID: sample.seriesID,
                studyID: sample.seriesID,
                patientID: sample.patientID,
                scale: .hounsfield,
                rows: 512,
                columns: 500,
                offsetMillimeters: 1.5,
                thicknessMillimeters: nil,
                kernel: "B30f",
                studyDate: 20_200_102,
                lungAreaSquareCentimeters: 80.25,
                storedSeq: 1
            )
        }
    }

    func embedding(_ sample: Sample, _ generation: Fingerprint) -> Embedding {
        Embedding(
            sliceID: sample.sliceID,
            seriesID: sample.seriesID,
            studyID: sample.seriesID,
            patientID: sample.patientID,
            fingerprint: generation,
            vector: sample.vector(generation),
            attributes: []
        )
    }

    private func held(shard: Int, of shardCount: Int) -> [Sample] {
        self.state.withLock(\.samples).filter { Int($0.number) / 2 % shardCount == shard }
    }

    private func nodeState(_ node: Int, shard: Int, of shardCount: Int) -> NodeState.Reply {
        let serving = self.state.withLock { $0.serving[node] }
        return NodeState.Reply(
            fingerprint: serving,
            parts: serving == nil ? [] : Self.parts,
            shard: UInt32(shard),
            shardCount: UInt32(shardCount),
            appliedSeq: 40 + UInt64(node),
            headSeq: 50,
            count: UInt64(self.held(shard: shard, of: shardCount).count),
            isReady: true,
            reason: serving == nil ? "no generation is complete" : ""
        )
    }

    private func answer(
        _ request: Search,
        _ context: RequestContext,
        node: Int,
        shard: Int,
        of shardCount: Int
    ) throws -> Search.Reply {
        guard let serving = self.state.withLock({ $0.serving[node] }) else {
            throw Refusal(.loading, "no generation is complete")
        }
        guard context.fingerprint == serving else { throw Refusal(.modelMismatch, "another generation") }
        guard request.minimumSeq <= 40 + UInt64(node) else {
            throw Refusal(.stale, "the node knows less", isRetriable: false)
        }
        let turn = Float(serving.bytes[0])
        if request.vector[1] != turn { self.state.withLock { $0.mixedCount += 1 } }
        let samples = self.held(shard: shard, of: shardCount)
        let hits = self.nearest(request, generation: serving, among: samples)
        return Search.Reply(
            fingerprint: serving,
            seq: 40 + UInt64(node),
            hits: hits,
            distancesComputed: UInt64(samples.count),
            candidates: UInt64(samples.count),
            radius: hits.last?.distance ?? 0,
            shard: UInt32(shard),
            shardCount: UInt32(shardCount)
        )
    }
}
