internal import COneDNN

/// What stands between the pixels of a smaller picture.
package enum InterpolationKind: Sendable, Hashable {
    case nearest
    /// Between pixel centers, edges replicated.
    case bilinear

    fileprivate var code: dnnl_alg_kind_t {
        self == .nearest ? dnnl_resampling_nearest : dnnl_resampling_linear
    }
}

extension ComputeEngine {
    /// Another height and width. Roles: source, result.
    package func upsampling(
        _ kind: InterpolationKind,
        source: TensorFormat,
        result: TensorFormat
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_resampling_desc_t()
        let status = unsafe withDescriptor(of: source) { from in
            unsafe withDescriptor(of: result) { to in
                // Without factors: shapes say them.
                unsafe dnnl_resampling_forward_desc_init(
                    &operation,
                    dnnl_forward_training,
                    kind.code,
                    nil,
                    from,
                    to
                )
            }
        }
        try check(status, "upsampling")
        return try unsafe Kernel(
            "upsampling",
            engine: self,
            roles: [.source, .result],
            operation: &operation
        )
    }

    /// The gradient of its source. Roles: result gradient, source gradient.
    package func upsamplingBackward(
        _ kind: InterpolationKind,
        source: TensorFormat,
        result: TensorFormat,
        forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_resampling_desc_t()
        let status = unsafe withDescriptor(of: source) { from in
            unsafe withDescriptor(of: result) { to in
                unsafe dnnl_resampling_backward_desc_init(&operation, kind.code, nil, from, to)
            }
        }
        try check(status, "upsampling backward")
        return try unsafe Kernel(
            "upsampling backward",
            engine: self,
            roles: [.resultGradient, .sourceGradient],
            operation: &operation,
            hint: forward
        )
    }
}
