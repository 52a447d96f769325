import ArgumentParser
import Phantom

/// `carina phantom`
struct PhantomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom",
        abstract: "Writes DICOM series of made-up patients: synthetic chests with lungs, vessels and nodules."
    )

    @Argument(help: "Folder for the series.")
    var folder: String

    @Option(help: "How many patients.")
    var patients = 8

    @Option(help: "Slices a series.")
    var slices = 40

    @Option(help: "Seed of the first patient; the next has the next number.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (1...10_000).contains(self.patients) else {
            throw ValidationError("--patients is from 1 to 10,000")
        }
        guard (3...1_000).contains(self.slices) else { throw ValidationError("--slices is from 3 to 1,000") }
    }

    func run() async throws {
        try await PhantomWriting.write(
            patients: self.patients,
            slices: self.slices,
            seed: self.seed,
            to: self.folder,
            progress: ProgressBar()
        )
    }
}
