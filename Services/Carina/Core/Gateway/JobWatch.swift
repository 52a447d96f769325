import Foundation
import LineProtocol

/// Waits for long work of a service, showing how far it is.
struct JobWatch {
    let client: LineClient
    let progress: ProgressBar

    /// - Parameters:
    ///   - meanwhile: called each time that the job was looked at, also after its end.
    ///   - summary: what to say of the result in the end.
    /// - Returns: the job's result.
    /// - Throws: `CommandLineFailure` with the job's own words when it fails or is cancelled.
    func wait(
        for job: String,
        of service: String,
        title: String,
        meanwhile: () async throws -> Void = {},
        summary: (String) async throws -> String
    ) async throws -> String {
        while true {
            let status = try await self.client.send("JOB", service, job)
            let text = status["text"]?.text ?? ""
            try await meanwhile()
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

    /// How long a training took, and what the weights came to that were kept.
    static func training(_ epochs: [EpochRow]) -> String {
        guard let last = epochs.last else { return "a model without a history" }
        let losses = EpochRow.kept(epochs).map { row in
            let loss = row.testLoss ?? row.trainingLoss
            return (row.stage.isEmpty ? "" : row.stage + " ") + SearchSheet.rounded(loss)
        }
        let side = last.testLoss == nil ? "loss" : "loss on test patients"
        return "\(epochs.count) epochs in \(Int(last.seconds.rounded())) s, \(side): "
            + losses.joined(separator: ", ")
    }
}
