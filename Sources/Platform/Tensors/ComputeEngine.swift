internal import COneDNN

/// Why the library refused to compute something.
package struct TensorError: Error, Equatable, CustomStringConvertible {
    /// For people.
    package let description: String

    init(_ what: String, _ status: dnnl_status_t) {
        let reason =
            switch status {
            case dnnl_out_of_memory: "out of memory"
            case dnnl_invalid_arguments: "invalid arguments"
            case dnnl_unimplemented: "not implemented for this processor"
            default: "status \(status.rawValue)"
            }
        description = "oneDNN, \(what): \(reason)"
    }
}

func check(_ status: dnnl_status_t, _ what: @autoclosure () -> String) throws(TensorError) {
    if status != dnnl_success { throw TensorError(what(), status) }
}

/// The processor as oneDNN uses it: kernels are made for an engine and run in its order, on a fixed number of threads.
///
/// One program runs at a time: whoever shares an engine between threads takes turns.
@safe package final class ComputeEngine: @unchecked Sendable {
    // Unchecked: handles that do not change; oneDNN's engines and streams may be used from any thread.
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t
    /// Threads that each kernel is spread over.
    package let threadCount: Int

    /// An engine of its own.
    ///
    /// - Throws: `TensorError` if oneDNN has no engine for this processor.
    package init(threadCount: Int) throws(TensorError) {
        precondition(threadCount > 0, "no threads")
        var engine: dnnl_engine_t?
        try check(unsafe dnnl_engine_create(&engine, dnnl_cpu, 0), "engine")
        var stream: dnnl_stream_t?
        try check(
            unsafe dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue),
            "stream"
        )
        guard let engine = unsafe engine, let stream = unsafe stream else {
            throw TensorError("engine", dnnl_runtime_error)
        }
        unsafe self.engine = engine
        unsafe self.stream = stream
        self.threadCount = threadCount
    }

    deinit {
        unsafe dnnl_stream_destroy(self.stream)
        unsafe dnnl_engine_destroy(self.engine)
    }

    /// OpenMP keeps the number of threads for each calling thread, so it is set wherever kernels are made or run.
    package func claimThreads() { omp_set_num_threads(Int32(self.threadCount)) }
}
