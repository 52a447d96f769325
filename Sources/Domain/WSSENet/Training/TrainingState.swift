import Learning

/// All that a training needs to go on as if it had never stopped: files by name, to be written together or not at all.
package struct TrainingState: Sendable, Equatable {
    /// The files' bytes by name.
    package let files: [String: [UInt8]]

    /// Takes what was written before.
    package init(files: [String: [UInt8]]) { self.files = files }

    static let progressName = "progress"
    static let currentName = "current"
    static let bestName = "best"
    static let format = "carina.stage 1"

    /// What is known beside arrays.
    struct Progress: Codable, Equatable {
        var recipe: WSSENetRecipe
        var dataSetHash: String
        /// Those that are finished, in their order.
        var results: [ModelCard.StageResult]
        /// Beside `results`: the mean of the training slices' vectors; empty where nothing is taken away.
        var means: [[Float]]
        var reports: [EpochReport]
        var judge: StageJudge
        /// Sum of the losses of the epoch that is under way, and its steps.
        var lossSum: Double
        var lossCount: Int
    }
}

extension TrainingState.Progress {
    /// A checksum (32) and the JSON.
    var sealed: [UInt8] {
        let json = Array(ModelTexts.json(self).utf8)
        return sha256(json) + json
    }

    /// Reads what `sealed` gave.
    ///
    /// - Throws: `WSSENetError.otherTraining` if it is damaged.
    init(sealed bytes: [UInt8]) throws(WSSENetError) {
        let json = Array(bytes.dropFirst(32))
        let texts = ModelTexts(["progress": String(decoding: json, as: UTF8.self)])
        guard sha256(json) == Array(bytes.prefix(32)),
            let found = try? texts.json("progress", as: Self.self)
        else { throw .otherTraining("its progress is damaged") }
        self = found
    }
}

/// Why no training began or went on.
package enum WSSENetError: Error, Equatable, CustomStringConvertible {
    /// A recipe with a number out of bounds.
    case badRecipe(String)
    /// Fewer slices than a batch can be drawn from.
    case tooFewSlices(found: Int, needed: Int)
    /// The state is of another recipe or other data, or is damaged.
    case otherTraining(String)
    /// Patients stand on both sides: how many.
    case leak(patients: Int)
    /// The caller asked to stop.
    case cancelled

    /// For people.
    package var description: String {
        switch self {
        case .badRecipe(let flaw): "training recipe: \(flaw)"
        case .tooFewSlices(let found, let needed):
            "\(found) slices to learn from, at least \(needed) are needed"
        case .otherTraining(let problem): "the training cannot be resumed: \(problem)"
        case .leak(let patients):
            "\(patients) patients have slices on the training side and on the test side: a model would be judged by what it "
                + "has seen"
        case .cancelled: "the training was cancelled"
        }
    }
}
