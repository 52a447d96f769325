internal import LinearAlgebra
internal import Tensors

/// Convolutions that our own kernel computes.
extension Compilation {
    /// Channels up to which oneDNN, which copies the image first, was measured to be slower.
    private static let fewChannelsMaximum = 8

    /// Our kernel for an input of the network, where there is one and it is faster.
    func fewChannels(
        of source: PlannedTensor,
        _ layer: Network.Layer,
        _ following: Following
    ) -> FewChannelConvolution? {
        guard self.options.usesOwnKernels, FewChannelConvolution.isSupported, !self.isTraining,
            self.type == .bfloat16, self.engine.threadCount == 1, case .input = source.home,
            case .convolution(let channels, kernel: 3, stride: 2, padding: 1, groups: 1, _) = layer.operation,
            channels % 16 == 0, following.activation == nil || following.activation == .relu
        else { return nil }
        let shape = source.format.shape
        guard shape[1] <= Self.fewChannelsMaximum else { return nil }
        return FewChannelConvolution(
            batch: shape[0],
            channels: shape[1],
            height: shape[2],
            width: shape[3],
            outputChannels: channels
        )
    }

    mutating func add(
        _ convolution: FewChannelConvolution,
        of source: PlannedTensor,
        _ terms: PartTerms,
        to result: PlannedTensor
    ) throws(TensorError) {
        let plain = TensorFormat.plain(terms.weights.format.shape)
        let weights = try self.fit(terms.weights, to: plain, in: self.weightPhase)
        let packed = self.buffer(.plain([convolution.weightCount], .bfloat16))
        self.add([weights, packed], in: self.weightPhase) { places in
            places[0].read { weights in
                places[1].writeBits { packed in convolution.pack(weights, into: &packed) }
            }
        }
        let bias = terms.bias ?? self.fixed(TensorPlace(zeros: [convolution.outputChannels]))
        let scratch = self.buffer(.plain([convolution.scratchCount]))
        let (adds, hasRelu) = (terms.adds, terms.activation != nil)
        self.add([source, packed, bias, scratch], result: result, as: "convolution", in: .forward) { places in
            convolve(convolution, places, adds: adds, hasRelu: hasRelu)
        }
    }
}

/// - Parameters:
///   - places: source, packed weights, bias, scratch and result.
private func convolve(
    _ convolution: FewChannelConvolution,
    _ places: [TensorPlace],
    adds: Bool,
    hasRelu: Bool
) {
    places[0].read { source in
        places[1].readBits { weights in
            places[2].read { bias in
                places[3].write { scratch in
                    places[4].writeBits { result in
                        convolution.convolve(
                            source,
                            into: &result,
                            weights: weights,
                            bias: bias,
                            adds: adds,
                            hasRelu: hasRelu,
                            scratch: &scratch
                        )
                    }
                }
            }
        }
    }
}
