import ImageCodecs
import Rendering
import WSSENet

/// The losses of a training as a picture: a chart for each stage, one below the other.
enum LearningCurve {
    private static let quality = 92
    private static let (width, height) = (720, 320)

    /// - Throws: `EncodingFailure`.
    static func jpeg(of reports: [EpochReport]) throws -> [UInt8] {
        let picture = Self.picture(of: reports)
        return try JPEGCodec.encode(
            rgb: picture.pixels,
            width: picture.width,
            height: picture.height,
            quality: Self.quality
        )
    }

    static func picture(of reports: [EpochReport]) -> RGBImage {
        let stages = Stage.allCases.filter { stage in reports.contains { $0.stage == stage } }
        var picture = RGBImage(
            width: Self.width,
            height: Self.height * max(1, stages.count),
            color: .background
        )
        for (place, stage) in stages.enumerated() {
            let own = reports.filter { $0.stage == stage }
            let kept = own.last { $0.isBest }.map { ", epoch \($0.epoch) kept" } ?? ""
            let chart = LineChart.losses(
                title: "Loss of \(stage.rawValue)\(kept)",
                training: own.map { Double($0.trainingLoss) },
                test: own.compactMap { $0.testLoss.map { Double($0) } }
            )
            picture.draw(
                chart.rendered(width: Self.width, height: Self.height),
                x: 0,
                y: place * Self.height
            )
        }
        return picture
    }
}
