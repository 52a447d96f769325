import LinearAlgebra
import Lungs

@testable import WSSENet

/// What the encoders see of one view, (3, 128, 128): every input as an array.
struct EncodedView {
    let masks: [Float]
    let image: [Float]
    /// The orientation maps themselves, before they are scaled.
    let features: [Float]
    let maps: [Float]
    let skip: [Float]

    init(_ view: [Float]) {
        let half = DetailEncoder.mapSide * DetailEncoder.mapSide
        masks = Self.row(2 * half) { EncoderInputs.writeMasks(view.span, into: &$0) }
        image = Self.row(view.count) { EncoderInputs.writeImage(view.span, into: &$0) }
        let features = Self.row(EncoderInputs.featureCount) {
            EncoderInputs.writeFeatures(view.span, into: &$0)
        }
        maps = Self.row(features.count) { EncoderInputs.writeMaps(features.span, into: &$0) }
        skip = Self.row(DetailEncoder.skipCount) { EncoderInputs.writeSkip(features.span, into: &$0) }
        self.features = features
    }

    init(_ crop: LungCrop) { self.init(EncoderInputs.view(crop)) }

    /// What a writer makes of rubbish: it must overwrite all of it.
    static func row(_ count: Int, _ write: (inout MutableSpan<Float>) -> Void) -> [Float] {
        var values = [Float](repeating: .nan, count: count)
        var span = values.mutableSpan
        write(&span)
        return values
    }

    /// What the density encoder sees.
    static func cells(_ view: [Float], usual: [Float]) -> [Float] {
        row(DensityEncoder.inputCount) { DensityEncoder.writeCells(view.span, usual: usual, into: &$0) }
    }
}
