import Glibc

/// A pipe. Neither end is inherited by children unless it is given to one.
package struct PipePair: Sendable {
    /// Where the bytes come out.
    package let readEnd: Int32
    /// Where the bytes go in.
    package let writeEnd: Int32

    /// - Returns: nil when this process has no descriptor left; `errno` tells.
    package init?() {
        var ends: [Int32] = [0, 0]
        // SAFETY: pipe writes two numbers, the array has room for two.
        let result = unsafe ends.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return -1 }
            return unsafe pipe(base)
        }
        guard result == 0 else { return nil }
        // pipe2 would do it in one step; Swift does not see it. A child that is started in between holds an end open
        // for its own life: nobody here takes the end of a pipe for the end of a process.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.readEnd = ends[0]
        self.writeEnd = ends[1]
    }
}
