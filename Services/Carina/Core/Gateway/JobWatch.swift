import Foundation
import LineProtocol

/// Waits for long work of a service, showing how far it is.
struct JobWatch {
    let client: LineClient
    let progress: ProgressBar

    /// - Parameter summary: what to say of the result in the end.
    /// - Returns: the job's result.
    /// - Throws: `CommandLineFailure` with the job's own words when it fails or is cancelled.
    func wait(for job: String, of service: String, title: String, summary: (String) async throws -> String)
        async throws -> String
    {
        while true {
            let status = try await self.client.send("JOB", service, job)
            let text = status["text"]?.text ?? ""
            self.progress.show(title, share: status["progress"]?.text.flatMap(Double.init) ?? 0, text)
            switch status["state"]?.text {
            case "done":
                let result = status["result"]?.text ?? ""
                self.progress.finish(title, try await summary(result))
                return result
            case "failed", "cancelled":
                self.progress.finish(title, status["state"]?.text ?? "")
                throw CommandLineFailure("\(title): \(text)")
            default: try await Task.sleep(for: .milliseconds(300))
            }
        }
    }
}

/// What long work has made, in a few words.
enum JobSummary {
    /// - Parameter dataSets: the answer to DATASETS.
    static func dataSet(_ id: String, in dataSets: Reply) -> String {
        guard let row = dataSets.elements.first(where: { $0["dataset"]?.text == id }),
            let pairs = row["pairs"]?.number, let members = row["members"]?.number,
            let training = row["training-patients"]?.number, let test = row["test-patients"]?.number
        else { return "data set \(id)" }
        return "\(pairs) pairs of \(members) slices; \(training) patients to learn from, \(test) to test with"
    }

    /// - Parameter epochs: the answer to RUN.
    static func training(_ epochs: Reply) -> String {
        guard let last = epochs.elements.last, let epoch = last["epoch"]?.number,
            let loss = Self.rounded(last["training"]), let test = Self.rounded(last["test"]),
            let seconds = last["seconds"]?.text.flatMap(Double.init)
        else { return "a model without a history" }
        return "\(epoch) epochs in \(Int(seconds.rounded())) s, loss \(loss), on test patients \(test)"
    }

    private static func rounded(_ value: Reply?) -> String? {
        value?.text.flatMap(Double.init).map { String(format: "%.4f", $0) }
    }
}
