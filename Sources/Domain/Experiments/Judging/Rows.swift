package import Evaluation

extension Experiment {
    /// What networks are trained from: a model needs the untrained one to compare with.
    var trainedSources: [LearningSource] {
        if case .model = self.method { [.untrained] } else { self.sources }
    }

    /// Whether what learns from a source is what is judged.
    func isJudged(_ source: LearningSource) -> Bool {
        if case .model = self.method { false } else { source == self.sources.first }
    }

    /// A row's name: what is judged has a part's own.
    func name(of part: String, from source: LearningSource) -> String {
        if self.isJudged(source) { return part }
        return part == NetworkParts.whole ? source.title : "\(source.title): \(part)"
    }
}

extension Descriptor {
    /// What a method has to beat, as far as nothing needs to be trained: chance, masks, pixels, principal components of
    /// pixels, and HOG.
    package static func baselines(fittedTo pool: FittingPool, threadCount: Int) -> [Descriptor] {
        [
            .random(), .masks(threadCount: threadCount), .pixels(threadCount: threadCount),
            .pixels(fittedTo: pool, threadCount: threadCount), .hog(fittedTo: pool, threadCount: threadCount),
        ]
    }
}
