internal import COneDNN

/// How batch normalization is done.
package struct NormalizationKind: Sendable, Hashable {
    package var epsilon: Float
    /// Whether means and variances are the batch's; else they are numbers of their own.
    package var usesBatch: Bool
    /// Whether negative results become zero.
    package var hasRelu: Bool
    /// Whether means and variances of the batch come from the caller: what oneDNN finds is off by some 1e-5 where a channel
    /// has a hundred thousand numbers.
    package var isGiven: Bool

    /// A kind.
    package init(epsilon: Float, usesBatch: Bool, hasRelu: Bool, isGiven: Bool = false) {
        self.epsilon = epsilon
        self.usesBatch = usesBatch
        self.hasRelu = hasRelu
        self.isGiven = isGiven
    }

    /// - Parameter usesBatch: whether means and variances depend on the source.
    fileprivate func flags(usesBatch: Bool) -> UInt32 {
        dnnl_use_scale.rawValue | dnnl_use_shift.rawValue
            | (usesBatch ? 0 : dnnl_use_global_stats.rawValue)
            | (self.hasRelu ? dnnl_fuse_norm_relu.rawValue : 0)
    }

    fileprivate var workspace: [Role] { self.hasRelu && self.usesBatch ? [.workspace] : [] }
}

extension ComputeEngine {
    /// Batch normalization. Roles: source, scale, shift, mean, variance (results if `usesBatch` and not `isGiven`), result, and
    /// a workspace where a ReLU of the batch is to be undone.
    package func normalization(
        _ kind: NormalizationKind,
        of format: TensorFormat
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_batch_normalization_desc_t()
        try check(
            unsafe withDescriptor(of: format) {
                unsafe dnnl_batch_normalization_forward_desc_init(
                    &operation,
                    kind.usesBatch ? dnnl_forward_training : dnnl_forward_inference,
                    $0,
                    kind.epsilon,
                    kind.flags(usesBatch: kind.usesBatch && !kind.isGiven)
                )
            },
            "batch normalization"
        )
        return try unsafe Kernel(
            "batch normalization",
            engine: self,
            roles: [.source, .scale, .shift, .mean, .variance, .result] + kind.workspace,
            operation: &operation
        )
    }

    /// The gradients of its source, scale and shift. Roles: source, mean, variance, scale, shift, workspace if the forward
    /// kernel has one, result gradient, source gradient, scale gradient, shift gradient.
    package func normalizationBackward(
        _ kind: NormalizationKind,
        of format: TensorFormat,
        forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_batch_normalization_desc_t()
        try check(
            unsafe withDescriptor(of: format) {
                unsafe dnnl_batch_normalization_backward_desc_init(
                    &operation,
                    dnnl_backward,
                    $0,
                    $0,
                    kind.epsilon,
                    kind.flags(usesBatch: kind.usesBatch)
                )
            },
            "batch normalization backward"
        )
        return try unsafe Kernel(
            "batch normalization backward",
            engine: self,
            roles: [
                .source, .mean, .variance, .scale, .shift, .resultGradient, .sourceGradient, .scaleGradient,
                .shiftGradient,
            ] + kind.workspace,
            operation: &operation,
            hint: forward
        )
    }
}
