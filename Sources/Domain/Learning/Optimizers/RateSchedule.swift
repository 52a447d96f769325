private import Glibc

/// The step's length over a training, as a value: the same step always has the same rate, so a training that
/// goes on from a checkpoint needs no state of its schedule.
///
/// ```swift
/// let schedule = RateSchedule(.oneCycle(), peak: 3e-3, warmUp: 0.3)
/// let rate = schedule.rate(step: 120, of: 1000)
/// ```
package struct RateSchedule: Sendable, Equatable {
    package enum Course: Sendable, Equatable {
        /// After the warm-up always the peak.
        case constant
        /// After the warm-up down along half a cosine to a share of the peak (Loshchilov and Hutter 2017).
        case cosine(end: Float = 0)
        /// Up from a share of the peak and down to another along halves of a cosine (Smith and Topin 2019).
        /// Shares and steps are those of PyTorch's `OneCycleLR`: 1 / 25, and 1e-4 of that.
        case oneCycle(start: Float = 0.04, end: Float = 4e-6)
    }

    /// The way from the first step to the last.
    package let course: Course
    /// The largest rate.
    package let peak: Float
    /// Share of the steps during which the rate rises, 0 to 1. Large steps at the start would follow gradients
    /// of random weights, and averages of few batches.
    package let warmUp: Double

    /// A schedule; the peak is above 0.
    package init(_ course: Course, peak: Float, warmUp: Double = 0) {
        precondition(peak > 0 && peak.isFinite, "a rate of \(peak)")
        precondition((0...1).contains(warmUp), "\(warmUp) is no share of the steps")
        self.course = course
        self.peak = peak
        self.warmUp = warmUp
    }

    /// The rate of a step.
    ///
    /// - Parameters:
    ///   - step: from 0; steps after the last have the last one's rate.
    ///   - count: all steps of the training, at least 1.
    package func rate(step: Int, of count: Int) -> Float {
        precondition(step >= 0 && count > 0, "step \(step) of \(count)")
        if case .oneCycle(let start, let end) = course {
            return cycled(Double(min(step, count - 1)), of: Double(count), start: start, end: end)
        }
        let rising = (warmUp * Double(count)).rounded()
        // Not from zero: the first step would be none.
        if Double(step) < rising { return peak * Float(Double(step + 1) / rising) }
        guard case .cosine(let end) = course else { return peak }
        let share = (Double(step) - rising) / max(1, Double(count) - rising)
        return peak * between(1, end, min(1, share))
    }

    /// The peak is reached at step warmUp · count - 1, the end at the last step.
    private func cycled(_ step: Double, of count: Double, start: Float, end: Float) -> Float {
        let (top, last) = (max(0, warmUp * count - 1), count - 1)
        if step <= top { return peak * between(start, 1, top > 0 ? step / top : 1) }
        return peak * between(1, end, (step - top) / (last - top))
    }
}

/// From one number to another along half a cosine.
private func between(_ from: Float, _ to: Float, _ share: Double) -> Float {
    Float(Double(to) + (Double(from) - Double(to)) * (1 + cos(.pi * share)) / 2)
}
