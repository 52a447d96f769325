internal import COneDNN

/// A function of each number on its own.
package enum ElementwiseFunction: Sendable, Hashable {
    case relu
    /// x · Φ(x), with the error function.
    case gelu

    var code: dnnl_alg_kind_t {
        switch self {
        case .relu: dnnl_eltwise_relu
        case .gelu: dnnl_eltwise_gelu_erf
        }
    }

    /// Whether the backward kernel asks for the result, not for the source.
    package var isUndoneByResult: Bool { self == .relu }
}

extension ComputeEngine {
    /// The function of a tensor. Roles: source, result.
    package func elementwise(
        _ function: ElementwiseFunction,
        of format: TensorFormat
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_eltwise_desc_t()
        try check(
            unsafe withUnsafePointer(to: format.descriptor) {
                unsafe dnnl_eltwise_forward_desc_init(
                    &operation,
                    dnnl_forward_training,
                    function.code,
                    $0,
                    0,
                    0
                )
            },
            "\(function)"
        )
        return try unsafe Kernel(
            "\(function)",
            engine: self,
            roles: [.source, .result],
            operation: &operation
        )
    }

    /// The gradient of its source. Roles: result or source (see `isUndoneByResult`), result gradient, source gradient.
    ///
    /// - Parameter format: of the source; gradients lie the same way.
    package func elementwiseBackward(
        _ function: ElementwiseFunction,
        of format: TensorFormat
    ) throws(TensorError) -> Kernel {
        let forward = try self.elementwise(function, of: format)
        var operation = dnnl_eltwise_desc_t()
        let code = function == .relu ? dnnl_eltwise_relu_use_dst_for_bwd : function.code
        try check(
            unsafe withUnsafePointer(to: format.descriptor) {
                unsafe dnnl_eltwise_backward_desc_init(&operation, code, $0, $0, 0, 0)
            },
            "\(function) backward"
        )
        return try unsafe Kernel(
            "\(function) backward",
            engine: self,
            roles: [function.isUndoneByResult ? .result : .source, .resultGradient, .sourceGradient],
            operation: &operation,
            hint: forward
        )
    }
}
