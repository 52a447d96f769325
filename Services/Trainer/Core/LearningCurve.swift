import ImageCodecs
import Learning
import Rendering

/// The losses of a training as a picture.
enum LearningCurve {
    private static let quality = 92

    /// - Throws: `EncodingFailure`.
    static func jpeg(of outcome: TrainingOutcome) throws -> [UInt8] {
        let chart = LineChart.losses(
            training: outcome.reports.map { Double($0.trainingLoss) },
            test: outcome.reports.map { Double($0.testLoss) }
        ).rendered()
        return try JPEGCodec.encode(
            rgb: chart.pixels,
            width: chart.width,
            height: chart.height,
            quality: Self.quality
        )
    }
}
