import LineProtocol

/// Waits for long work of a service, showing how far it is.
struct JobWatch {
    let client: LineClient
    let progress: ProgressBar

    /// - Returns: the job's result.
    /// - Throws: `CommandLineFailure` with the job's own words when it fails or is cancelled.
    func wait(for job: String, of service: String, title: String) async throws -> String {
        while true {
            let status = try await self.client.send("JOB", service, job)
            let text = status["text"]?.text ?? ""
            self.progress.show(title, share: status["progress"]?.text.flatMap(Double.init) ?? 0, text)
            switch status["state"]?.text {
            case "done":
                self.progress.finish(title, text)
                return status["result"]?.text ?? ""
            case "failed", "cancelled":
                self.progress.finish(title, status["state"]?.text ?? "")
                throw CommandLineFailure("\(title): \(text)")
            default: try await Task.sleep(for: .milliseconds(300))
            }
        }
    }
}
