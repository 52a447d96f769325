internal import Synchronization
package import Wire

/// One run of a job, in the hands of the code that does it.
package final class JobRun: Sendable {
    struct Standing {
        var progress = 0.0
        var text = ""
        var isCancelled = false
        var isStopping = false
        var task: Task<Void, Never>?
    }

    /// Names the job.
    package let id: Identifier
    /// What the job was started with.
    package let input: [UInt8]
    private let standing = Mutex(Standing())

    init(id: Identifier, input: [UInt8]) {
        self.id = id
        self.input = input
    }

    /// Whether to stop soon: somebody cancelled the job or the process drains. Cheap enough for inner loops.
    package var isCancelled: Bool { standing.withLock { $0.isCancelled || $0.isStopping } }

    /// Tells how far the job is (0...1) and what it does; never an identifier of a patient.
    package func report(_ progress: Double, _ text: String) {
        standing.withLock {
            $0.progress = progress.isFinite ? min(max(progress, 0), 1) : $0.progress
            $0.text = text
        }
    }

    /// Whether somebody cancelled the job, rather than the process stopping.
    var wasCancelled: Bool { standing.withLock(\.isCancelled) }

    /// The last report.
    var report: (progress: Double, text: String) { standing.withLock { ($0.progress, $0.text) } }

    func attach(_ task: Task<Void, Never>) {
        let isCancelled = standing.withLock { standing in
            standing.task = task
            return standing.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    func cancel() {
        let task = standing.withLock { standing in
            standing.isCancelled = true
            return standing.task
        }
        task?.cancel()
    }

    func stop() {
        standing.withLock { $0.isStopping = true }
    }
}
