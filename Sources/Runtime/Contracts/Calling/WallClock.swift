private import Glibc

/// The time of day, for deadlines that another machine reads.
enum WallClock {
    /// Milliseconds since 1970.
    static func millisecondsNow() -> UInt64 {
        var now = timespec()
        // SAFETY: the pointer is to a local; the call with a valid clock cannot fail.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(now.tv_sec) * 1_000 + UInt64(now.tv_nsec) / 1_000_000
    }
}
