private import COneDNN

extension ComputeEngine {
    /// What threads share.
    private struct Work {
        let count: Int
        let body: @Sendable (Range<Int>) -> Void

        /// Of the calling thread.
        func runShare() {
            let (thread, threads) = (Int(omp_get_thread_num()), Int(omp_get_num_threads()))
            self.body(self.count * thread / threads..<self.count * (thread + 1) / threads)
        }
    }

    /// Shares indices among the threads that kernels run on, about as many neighbors to each; returns when all are done.
    ///
    /// Other threads would not do: between kernels these wait in a loop, and hold the cores.
    package func inParallel(_ count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let threadCount = min(count, self.threadCount)
        guard threadCount > 1 else { return body(0..<count) }
        withoutActuallyEscaping(body) { body in
            var work = Work(count: count, body: body)
            // SAFETY: it lives until the call returns, which is when all threads are done with it.
            unsafe withUnsafeMutablePointer(to: &work) { work in
                unsafe GOMP_parallel(
                    { context in
                        // SAFETY: what is passed below.
                        unsafe context?.assumingMemoryBound(to: Work.self).pointee.runShare()
                    },
                    work,
                    UInt32(threadCount),
                    0
                )
            }
        }
    }
}
