internal import LinearAlgebra
internal import Synchronization
package import Tensors

/// A trained network that computes the outputs of any number of items.
///
/// Several threads each compute small batches of their own: so kernels wait for nobody, and a batch stays in the caches
/// of its core. Kernels that share one batch among threads are faster for a single item, but wait in a loop for one
/// another: where another process holds a core, such an item takes a hundred times as long.
package final class NetworkInference: Sendable {
    /// What is computed.
    package let network: Network
    private let storage: ParameterStorage
    private let precision: CompilationOptions.Precision
    private let usesOwnKernels: Bool
    private let streams: [Stream]
    private let single: Stream

    /// Items of one batch, or fewer: by measurement.
    private static let batch = 8

    /// One thread's kernels.
    private struct Stream: Sendable {
        let engine: ComputeEngine
        /// By number of items, compiled when first needed.
        let compiled: Shared
    }

    private final class Shared: Sendable {
        let networks = Mutex<[Int: CompiledNetwork]>([:])
    }

    /// - Parameters:
    ///   - threadCount: batches that are computed beside one another.
    ///   - singleThreadCount: threads that share a single item; more than one only where nothing else needs the cores.
    ///   - usesOwnKernels: as in `CompilationOptions`.
    /// - Throws: `TensorError` if the processor cannot compute a layer.
    package init(
        _ network: Network,
        parameters: Parameters,
        precision: CompilationOptions.Precision,
        threadCount: Int,
        singleThreadCount: Int = 1,
        usesOwnKernels: Bool = true
    ) throws(TensorError) {
        self.network = network
        self.storage = ParameterStorage(for: network)
        self.storage.load(parameters)
        self.precision = precision
        self.usesOwnKernels = usesOwnKernels
        var streams: [Stream] = []
        for _ in 0..<max(1, threadCount) {
            streams.append(Stream(engine: try ComputeEngine(threadCount: 1), compiled: Shared()))
        }
        self.streams = streams
        self.single =
            singleThreadCount == 1
            ? streams[0]
            : Stream(engine: try ComputeEngine(threadCount: singleThreadCount), compiled: Shared())
        // What cannot be computed is found now, not with the first item.
        _ = try self.single.compiled.networks.withLock { networks throws(TensorError) in
            try self.network(of: 1, on: self.single, in: &networks)
        }
    }

    /// Computes the outputs of items; one caller at a time for each thread, others wait.
    ///
    /// - Parameters:
    ///   - inputs: by name, plain (count, …) each; read where they lie.
    ///   - count: number of items.
    /// - Returns: by name, (count, …) each.
    /// - Throws: `TensorError` if a batch size cannot be compiled.
    package func outputs(
        of inputs: [String: TensorPlace],
        count: Int
    ) throws(TensorError) -> [String: [Float]] {
        if count == 1 { return try self.outputs(of: inputs, items: 0..<1, on: self.single) }
        let ranges = Self.ranges(count, threadCount: self.streams.count)
        let found = Mutex<[Int: Result<[String: [Float]], TensorError>]>([:])
        inParallel(ranges.count, threadCount: ranges.count) { place in
            let result = Result { () throws(TensorError) in
                try self.outputs(of: inputs, items: ranges[place], on: self.streams[place])
            }
            found.withLock { $0[place] = result }
        }
        var joined: [String: [Float]] = [:]
        let results = found.withLock { $0 }
        for place in ranges.indices {
            for (name, values) in try results[place]?.get() ?? [:] { joined[name, default: []] += values }
        }
        return joined
    }

    /// About equal shares of the items, one for each thread.
    private static func ranges(_ count: Int, threadCount: Int) -> [Range<Int>] {
        let shares = min(count, threadCount)
        return (0..<shares).map { count * $0 / shares..<count * ($0 + 1) / shares }
    }

    private func outputs(
        of inputs: [String: TensorPlace],
        items: Range<Int>,
        on stream: Stream
    ) throws(TensorError) -> [String: [Float]] {
        try stream.compiled.networks.withLock { networks throws(TensorError) in
            var found: [String: [Float]] = [:]
            var start = items.lowerBound
            while start < items.upperBound {
                let size = min(Self.batch, items.upperBound - start)
                let compiled = try self.network(of: size, on: stream, in: &networks)
                for input in self.network.inputs {
                    guard let place = inputs[input.name] else {
                        preconditionFailure("input \(input.name) is missing")
                    }
                    let isWhole = place.format.shape[0] == size
                    compiled.bind(input.name, to: isWhole ? place : place.items(start..<start + size))
                }
                compiled.forward()
                for name in self.network.outputs {
                    found[name, default: []] += compiled.output(name).copied()
                }
                start += size
            }
            return found
        }
    }

    private func network(
        of count: Int,
        on stream: Stream,
        in networks: inout [Int: CompiledNetwork]
    ) throws(TensorError) -> CompiledNetwork {
        if let known = networks[count] { return known }
        let compiled = try CompiledNetwork(
            self.network,
            CompilationOptions(
                batch: count,
                purpose: .inference,
                precision: self.precision,
                usesOwnKernels: self.usesOwnKernels
            ),
            storage: self.storage,
            engine: stream.engine
        )
        networks[count] = compiled
        return compiled
    }
}
