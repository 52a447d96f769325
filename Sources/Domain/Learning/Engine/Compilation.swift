internal import Tensors

/// A tensor before its place is known.
struct PlannedTensor {
    enum Home: Equatable {
        case buffer(Int)
        case place(Int)
        /// Whoever runs the network says where.
        case input(Int)
    }

    let home: Home
    let format: TensorFormat

    func seen(as format: TensorFormat) -> PlannedTensor { PlannedTensor(home: self.home, format: format) }
}

/// Turns a network into steps, their tensors and the tensors' lifetimes.
struct Compilation {
    enum Phase { case preparation, forward, backward }

    /// What is done by a function of ours.
    struct OwnWork {
        let name: String
        /// What it reads and writes; the last one is its result if it has one.
        let tensors: [PlannedTensor]
        let hasResult: Bool
        let body: @Sendable ([TensorPlace]) -> Void
    }

    /// One step before its tensors have places.
    struct Step {
        enum Work {
            case kernel(Kernel, [Role: PlannedTensor])
            case function(OwnWork)
        }

        let layer: String
        let work: Work
    }

    /// What to do for a layer when the gradient of its result is known.
    struct Undoing {
        let result: String
        let add: (inout Compilation, PlannedTensor) throws(TensorError) -> Void
    }

    let network: Network
    let options: CompilationOptions
    let storage: ParameterStorage
    let engine: ComputeEngine
    /// The tensor of each input and of each layer that was compiled.
    var tensors: [String: PlannedTensor] = [:]
    /// The parts of concatenations that are never made, for one convolution alone reads them.
    var joined: [String: [Part]] = [:]
    var undoings: [Undoing] = []
    /// Gradients of a tensor that come from each of its users.
    var contributions: [String: [PlannedTensor]] = [:]
    var inputs: [String: PlannedTensor] = [:]
    var outputs: [String: PlannedTensor] = [:]
    var outputGradients: [String: PlannedTensor] = [:]
    var inputGradients: [String: PlannedTensor] = [:]
    var steps: [(phase: Phase, step: Step)] = []
    var bufferBytes: [Int] = []
    var places: [TensorPlace] = []
    var fitted: [(source: PlannedTensor, result: PlannedTensor)] = []
    let differentiable: Set<String>
    /// Names of layers that were compiled together with the one before them.
    var absorbed: Set<String> = []
    /// The layer that is being compiled.
    var layerName = ""

    init(
        _ network: Network,
        _ options: CompilationOptions,
        storage: ParameterStorage,
        engine: ComputeEngine
    ) {
        self.network = network
        self.options = options
        self.storage = storage
        self.engine = engine
        self.differentiable = Self.differentiable(network, options)
        for input in network.inputs {
            let home = PlannedTensor.Home.input(self.inputs.count)
            let tensor = PlannedTensor(home: home, format: .plain([options.batch] + input.shape))
            self.inputs[input.name] = tensor
            self.tensors[input.name] = tensor
        }
    }

    var isTraining: Bool { self.options.purpose == .training }
    /// Where weights are made ready: each time while they change, else once.
    var weightPhase: Phase { self.isTraining ? .forward : .preparation }
    var type: ElementType { self.options.precision == .float32 ? .float32 : .bfloat16 }

    /// The format of a layer's result, left to its kernel: blocks of channels, mostly.
    func resultFormat(_ shape: [Int]) -> TensorFormat { .any([self.options.batch] + shape, self.type) }

    // MARK: Tensors

    mutating func buffer(_ format: TensorFormat) -> PlannedTensor {
        self.bufferBytes.append(format.byteCount)
        return PlannedTensor(home: .buffer(self.bufferBytes.count - 1), format: format)
    }

    /// A tensor that has its place already.
    mutating func fixed(_ place: TensorPlace) -> PlannedTensor {
        self.places.append(place)
        return PlannedTensor(home: .place(self.places.count - 1), format: place.format)
    }

    /// The tensor in a format: as it is, or copied.
    mutating func fit(
        _ tensor: PlannedTensor,
        to format: TensorFormat,
        in phase: Phase
    ) throws(TensorError) -> PlannedTensor {
        if tensor.format == format { return tensor }
        for known in self.fitted
        where known.source.home == tensor.home && known.source.format == tensor.format
            && known.result.format == format
        {
            return known.result
        }
        let result = self.buffer(format)
        try self.copy(tensor, to: result, in: phase)
        self.fitted.append((tensor, result))
        return result
    }

    /// The tensor in plain float32, at a place that is known when the network is compiled.
    mutating func ownPlain(_ tensor: PlannedTensor) throws(TensorError) -> PlannedTensor {
        let plain = TensorFormat.plain(tensor.format.shape)
        if case .input = tensor.home {
            let result = self.buffer(plain)
            try self.copy(tensor, to: result, in: .forward)
            return result
        }
        return try self.fit(tensor, to: plain, in: .forward)
    }

    mutating func copy(
        _ source: PlannedTensor,
        to result: PlannedTensor,
        in phase: Phase
    ) throws(TensorError) {
        let kernel = try self.engine.reorder(source.format, to: result.format)
        self.add(kernel, [.source(0): source, .result: result], in: phase)
    }

    // MARK: Steps

    /// Adds a step; scratch memory is found for it.
    mutating func add(_ kernel: Kernel, _ bindings: [Role: PlannedTensor], in phase: Phase) {
        var bindings = bindings
        if kernel.roles.contains(.scratch) { bindings[.scratch] = self.buffer(kernel.format(.scratch)) }
        self.steps.append((phase, Step(layer: self.layerName, work: .kernel(kernel, bindings))))
    }

    /// Adds a step of our own, whose body gets the places of the tensors, the result's last.
    mutating func add(
        _ tensors: [PlannedTensor],
        result: PlannedTensor? = nil,
        as name: String = "own",
        in phase: Phase,
        _ body: @escaping @Sendable ([TensorPlace]) -> Void
    ) {
        let all = tensors + (result.map { [$0] } ?? [])
        let work = OwnWork(name: name, tensors: all, hasResult: result != nil, body: body)
        self.steps.append((phase, Step(layer: self.layerName, work: .function(work))))
    }

    /// What depends on a parameter, or on an input whose gradient is asked for.
    private static func differentiable(_ network: Network, _ options: CompilationOptions) -> Set<String> {
        guard options.purpose == .training else { return [] }
        var found = options.inputGradients
        for layer in network.layers
        where layer.sources.contains(where: { found.contains($0) })
            || network.hasParameters(layer)
        {
            found.insert(layer.name)
        }
        return found
    }
}
