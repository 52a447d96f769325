internal import COneDNN

/// What of a window is kept.
package enum PoolingKind: Sendable, Hashable {
    case maximum
    /// Zeros beyond the edge count.
    case average

    fileprivate var code: dnnl_alg_kind_t {
        self == .maximum ? dnnl_pooling_max : dnnl_pooling_avg_include_padding
    }
}

extension ComputeEngine {
    /// Pooling. Roles: source, result, and a workspace for maxima in training.
    package func pooling(
        _ kind: PoolingKind,
        window: Window,
        source: TensorFormat,
        result: TensorFormat,
        isTraining: Bool
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_pooling_desc_t()
        let behind = window.zerosBehind(source, result)
        let status = unsafe withDescriptor(of: source) { from in
            unsafe withDescriptor(of: result) { to in
                unsafe dnnl_pooling_forward_desc_init(
                    &operation,
                    isTraining ? dnnl_forward_training : dnnl_forward_inference,
                    kind.code,
                    from,
                    to,
                    window.strides,
                    window.sides,
                    window.zerosBefore,
                    behind
                )
            }
        }
        try check(status, "pooling")
        return try unsafe Kernel(
            "pooling",
            engine: self,
            roles: [.source, .result] + (isTraining && kind == .maximum ? [.workspace] : []),
            operation: &operation
        )
    }

    /// The gradient of its source. Roles: result gradient, source gradient, workspace of maxima.
    package func poolingBackward(
        _ kind: PoolingKind,
        window: Window,
        source: TensorFormat,
        result: TensorFormat,
        forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_pooling_desc_t()
        let behind = window.zerosBehind(source, result)
        let status = unsafe withDescriptor(of: source) { from in
            unsafe withDescriptor(of: result) { to in
                unsafe dnnl_pooling_backward_desc_init(
                    &operation,
                    kind.code,
                    from,
                    to,
                    window.strides,
                    window.sides,
                    window.zerosBefore,
                    behind
                )
            }
        }
        try check(status, "pooling backward")
        return try unsafe Kernel(
            "pooling backward",
            engine: self,
            roles: [.resultGradient, .sourceGradient] + (kind == .maximum ? [.workspace] : []),
            operation: &operation,
            hint: forward
        )
    }
}
