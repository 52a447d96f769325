internal import COneDNN

extension ComputeEngine {
    /// source (batch, n) · weights (count, n) transposed + bias. Roles: source, weights, bias if there is one, result.
    package func linear(
        source: TensorFormat,
        weights: TensorFormat,
        bias: TensorFormat?,
        result: TensorFormat,
        isTraining: Bool,
        attributes: Attributes = Attributes()
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_inner_product_desc_t()
        let kind = isTraining ? dnnl_forward_training : dnnl_forward_inference
        // SAFETY: descriptors live until the call returns, which copies them; here and below.
        let status = unsafe withDescriptor(of: source) { source in
            unsafe withDescriptor(of: weights) { weights in
                unsafe withDescriptor(of: result) { result in
                    unsafe withOptionalDescriptor(of: bias) { bias in
                        unsafe dnnl_inner_product_forward_desc_init(
                            &operation,
                            kind,
                            source,
                            weights,
                            bias,
                            result
                        )
                    }
                }
            }
        }
        try check(status, "linear")
        return try unsafe Kernel(
            "linear",
            engine: self,
            roles: [.source, .weights] + (bias == nil ? [] : [.bias]) + [.result],
            operation: &operation,
            attributes: attributes
        )
    }

    /// The gradient of its source. Roles: weights, result gradient, source gradient.
    package func linearBackwardSource(
        source: TensorFormat,
        weights: TensorFormat,
        result: TensorFormat,
        of forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_inner_product_desc_t()
        let status = unsafe withDescriptor(of: source) { source in
            unsafe withDescriptor(of: weights) { weights in
                unsafe withDescriptor(of: result) { result in
                    unsafe dnnl_inner_product_backward_data_desc_init(&operation, source, weights, result)
                }
            }
        }
        try check(status, "linear backward")
        return try unsafe Kernel(
            "linear backward",
            engine: self,
            roles: [.weights, .resultGradient, .sourceGradient],
            operation: &operation,
            hint: forward
        )
    }

    /// The gradients of its weights and bias. Roles: source, result gradient, weights gradient, bias gradient if there
    /// is a bias.
    package func linearBackwardWeights(
        source: TensorFormat,
        weights: TensorFormat,
        bias: TensorFormat?,
        result: TensorFormat,
        of forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_inner_product_desc_t()
        let status = unsafe withDescriptor(of: source) { source in
            unsafe withDescriptor(of: weights) { weights in
                unsafe withDescriptor(of: result) { result in
                    unsafe withOptionalDescriptor(of: bias) { bias in
                        unsafe dnnl_inner_product_backward_weights_desc_init(
                            &operation,
                            source,
                            weights,
                            bias,
                            result
                        )
                    }
                }
            }
        }
        try check(status, "linear backward")
        return try unsafe Kernel(
            "linear backward",
            engine: self,
            roles: [.source, .resultGradient, .weightsGradient] + (bias == nil ? [] : [.biasGradient]),
            operation: &operation,
            hint: forward
        )
    }
}
