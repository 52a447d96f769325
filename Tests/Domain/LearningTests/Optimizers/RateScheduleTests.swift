import Learning
import Testing

@Suite("Schedule of rates")
struct RateScheduleTests {
    private func rates(_ schedule: RateSchedule, _ count: Int) -> [Float] {
        (0..<count).map { schedule.rate(step: $0, of: count) }
    }

    private func expect(_ rates: [Float], _ expected: [Float]) {
        #expect(rates.count == expected.count)
        // The expected ones were printed with seven digits.
        for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) <= 2e-6 * value + 1e-12) }
    }

    @Test("one cycle is PyTorch's OneCycleLR(max_lr=0.02, total_steps=12, pct_start=0.3)")
    func oneCycle() {
        expect(
            rates(RateSchedule(.oneCycle(), peak: 0.02, warmUp: 0.3), 12),
            [
                0.0008, 0.006995793, 0.0175857, 0.01988831, 0.01866026, 0.01623491, 0.01294758, 0.009252742,
                0.00566122, 0.002669551, 0.0006913397, 8e-08,
            ]
        )
    }

    @Test("a cosine is PyTorch's CosineAnnealingLR(T_max=8, eta_min=0.002)")
    func cosine() {
        expect(
            rates(RateSchedule(.cosine(end: 0.1), peak: 0.02), 8),
            [
                0.02, 0.01931492, 0.01736396, 0.01444415, 0.011, 0.007555849, 0.004636039, 0.002685084,
            ]
        )
        #expect(abs(RateSchedule(.cosine(end: 0.1), peak: 0.02).rate(step: 8, of: 8) - 0.002) < 1e-8)
    }

    @Test("a warm-up rises evenly to the peak and never starts with nothing")
    func warmUp() {
        expect(
            rates(RateSchedule(.constant, peak: 0.8, warmUp: 0.4), 10),
            [0.2, 0.4, 0.6] + .init(repeating: 0.8, count: 7)
        )
        let cosine = rates(RateSchedule(.cosine(), peak: 1, warmUp: 0.25), 8)
        expect(Array(cosine.prefix(3)), [0.5, 1, 1])
        expect([cosine[5]], [0.5])
        #expect(zip(cosine.dropFirst(2), cosine.dropFirst(3)).allSatisfy { $0 > $1 })
    }

    @Test("is above 0 and at most the peak for any length of training", arguments: [1, 2, 3, 7, 1000])
    func bounds(count: Int) {
        for course in [.constant, .cosine(end: 0.01), .oneCycle()] as [RateSchedule.Course] {
            for warmUp in [0, 0.05, 0.3, 1] {
                let schedule = RateSchedule(course, peak: 0.1, warmUp: warmUp)
                for rate in rates(schedule, count) + [schedule.rate(step: count + 5, of: count)] {
                    #expect(rate > 0 && rate <= 0.1, "\(course) \(warmUp): \(rate)")
                }
            }
        }
    }
}
