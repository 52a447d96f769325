internal import Glibc

/// Tells the time of day; tests hand in their own.
package struct WallClock: Sendable {
    /// Milliseconds since 1970.
    package let now: @Sendable () -> UInt64

    /// Takes any source of milliseconds since 1970.
    package init(now: @escaping @Sendable () -> UInt64) {
        self.now = now
    }

    /// The system's time.
    package static let system = WallClock {
        var time = timespec()
        // SAFETY: the pointer is valid for the call, which cannot fail for this clock.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
