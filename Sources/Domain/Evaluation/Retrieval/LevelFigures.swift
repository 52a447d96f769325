import LinearAlgebra

extension Figure {
    /// Mean average precision, relevant within 5 % of the lungs' height.
    package static let levelPrecision = Figure("level mAP")
    /// |level difference| of the first hit.
    package static let levelError = Figure("level error", isBetterHigher: false)
    /// Mean |level difference| of the first ten hits.
    package static let tenLevelError = Figure("error of ten", isBetterHigher: false)
}

extension MethodFigures {
    /// Adds how well a patient's slices find the same height of the lungs in other patients.
    ///
    /// Queries are the patient's slices whose level is known, the gallery those of all other patients.
    mutating func appendLevels(_ described: DescribedSet, patient: String) {
        let slices = described.set.slices
        let leveled = described.set.leveled
        let queries = leveled.filter { slices[$0].patient == patient }
        let gallery = leveled.filter { slices[$0].patient != patient }
        guard !queries.isEmpty, !gallery.isEmpty else { return }
        let found = LevelRetrieval(
            similarities: described.cosines(of: queries, with: gallery).values,
            queryLevels: queries.compactMap { slices[$0].level },
            galleryLevels: gallery.compactMap { slices[$0].level }
        )
        self.append(.init(patient, found.averagePrecisions), to: .levelPrecision)
        self.append(.init(patient, found.firstErrors), to: .levelError)
        self.append(.init(patient, found.tenErrors), to: .tenLevelError)
    }
}
