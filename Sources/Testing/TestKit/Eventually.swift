/// Polls a condition until it holds; for what no event announces.
///
/// - Returns: true as soon as the condition held, false when the time passed.
package func eventually(
    within timeout: Duration = .seconds(5),
    every interval: Duration = .milliseconds(5),
    _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + timeout
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
        try? await Task.sleep(for: interval)
    }
}
