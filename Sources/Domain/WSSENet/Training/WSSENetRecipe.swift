/// Everything that decides what a training yields from its data. Stored with the model.
package struct WSSENetRecipe: Sendable, Codable, Equatable {
    /// Seed of first weights, views, batches and lesions.
    package var seed: UInt64 = 1
    /// Steps of the outline stage.
    package var outlineSteps = 250
    /// Steps of the detail stage, on top of the frozen outline.
    package var detailSteps = 300
    /// Steps of the density stage.
    package var densitySteps = 1200
    /// Slices of a batch, each in two views.
    package var batchSlices = 32
    /// Largest step of AdamW; one cycle with a rise over the first 15 percent of a stage's steps.
    package var rate: Float = 2e-3
    /// How strongly weights shrink, times the rate.
    package var decay: Float = 1e-3
    /// Share of the batches drawn from the surroundings of one slice, where the differences are fine.
    package var neighborShare = 0.5
    /// A slice's chance falls with this power of its patient's number of slices: 0 all slices alike, 1 all patients alike.
    /// Of outline and detail, which learn most from whole series.
    package var patientPower = 0.0
    /// The same of the density, which learns from many lungs rather than from many heights.
    package var densityPatientPower = 0.5
    /// Share of all slices that are the surroundings of one, the most similar ones by the labels.
    package var neighborhood = 0.25
    /// What telling the two views of a slice from other slices counts beside the labels.
    package var contrastiveWeight: Float = 0.3
    /// What the labels count.
    package var labelWeight: Float = 1
    /// Share of the density stage's anchors whose lesion is to be found again in another patient's similar slice.
    package var partnerShare = 0.15
    /// What the density labels count in the density stage.
    package var densityLabelWeight: Float = 0
    /// Whether the mean of all slices is taken from each part's vectors: what all slices share tells none from another.
    package var isCentered = true
    /// Whether the detail stage computes in bfloat16.
    package var usesBfloat16 = true
    /// Epochs of a stage's second half without a better test loss after which the stage ends.
    package var patience = 6
    /// Length of the gradients above which they are shortened; nil: never.
    package var maximumLength: Float?
    /// Shares of the parts in the squared length of an embedding: outline, detail (without HOG), HOG, density.
    package var weights = PartWeights()

    /// The parts' shares; their sum is 1.
    package struct PartWeights: Sendable, Codable, Equatable {
        /// Of the lungs' shape.
        package var outline: Float = 0.03
        /// Of what the network learned of the inside.
        package var detail: Float = 0.55
        /// Of the histograms of gradients.
        package var histogram: Float = 0.17
        /// Of where the lungs are denser than usual.
        package var density: Float = 0.25
    }

    /// The method's own constants.
    package init(seed: UInt64 = 1) { self.seed = seed }

    /// Steps of a stage.
    package func steps(of stage: Stage) -> Int {
        switch stage {
        case .outline: outlineSteps
        case .detail: detailSteps
        case .density: densitySteps
        }
    }

    /// Share of the whole training that is done, by what the stages' steps cost, 0...1.
    func share(of stage: Stage, step: Int) -> Double {
        func cost(_ stage: Stage) -> Double { stage == .detail ? 4 : 1 }
        var (done, all) = (0.0, 0.0)
        for one in Stage.allCases {
            let whole = cost(one) * Double(steps(of: one))
            all += whole
            if one.place < stage.place {
                done += whole
            } else if one == stage {
                done += cost(one) * Double(step)
            }
        }
        return all > 0 ? done / all : 1
    }

    /// Says what is wrong with the recipe, or nil.
    package var flaw: String? {
        let whole: [(String, Int, ClosedRange<Int>)] = [
            ("outlineSteps", outlineSteps, 0...100_000), ("detailSteps", detailSteps, 0...100_000),
            ("densitySteps", densitySteps, 0...100_000), ("batchSlices", batchSlices, 4...256),
            ("patience", patience, 1...1_000),
        ]
        for (name, value, range) in whole where !range.contains(value) {
            return "\(name) \(value) is not within \(range)"
        }
        let real: [(String, Double, ClosedRange<Double>)] = [
            ("rate", Double(rate), 1e-7...1), ("decay", Double(decay), 0...1),
            ("neighborShare", neighborShare, 0...1), ("partnerShare", partnerShare, 0...1),
            ("neighborhood", neighborhood, 0...1),
            ("patientPower", patientPower, -1...1),
            ("densityPatientPower", densityPatientPower, -1...1),
            ("contrastiveWeight", Double(contrastiveWeight), 0...10),
            ("labelWeight", Double(labelWeight), 0...10),
            ("densityLabelWeight", Double(densityLabelWeight), 0...10),
            ("maximumLength", Double(maximumLength ?? 1), 1e-6...1e6),
        ]
        for (name, value, range) in real where !range.contains(value) {
            return "\(name) \(value) is not within \(range)"
        }
        let shares = [weights.outline, weights.detail, weights.histogram, weights.density]
        guard shares.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.detail > 0,
            abs(shares.reduce(0, +) - 1) < 1e-3
        else { return "weights are not shares of 1" }
        return nil
    }
}
