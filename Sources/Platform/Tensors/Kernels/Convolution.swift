internal import COneDNN

/// A convolution's tensors, with formats given or left to the kernel.
package struct ConvolutionFormats: Sendable {
    /// (batch, channels, height, width).
    package var source: TensorFormat
    /// (channels out, channels in, kernel, kernel), or (groups, out / groups, in / groups, kernel, kernel).
    package var weights: TensorFormat
    /// (channels out), float32; nil: none.
    package var bias: TensorFormat?
    /// (batch, channels out, height, width).
    package var result: TensorFormat
    package var window: Window

    /// Formats for a convolution.
    package init(
        source: TensorFormat,
        weights: TensorFormat,
        bias: TensorFormat?,
        result: TensorFormat,
        window: Window
    ) {
        self.source = source
        self.weights = weights
        self.bias = bias
        self.result = result
        self.window = window
    }

    private var padding: (before: [dnnl_dim_t], behind: [dnnl_dim_t]) {
        (self.window.zerosBefore, self.window.zerosBehind(self.source, self.result))
    }

    func describeForward(
        _ operation: inout dnnl_convolution_desc_t,
        isTraining: Bool
    ) -> dnnl_status_t {
        let (before, behind) = self.padding
        // SAFETY: descriptors and sizes live until the call returns, which copies them; here and below.
        return unsafe self.withDescriptors { source, weights, bias, result in
            unsafe dnnl_convolution_forward_desc_init(
                &operation,
                isTraining ? dnnl_forward_training : dnnl_forward_inference,
                dnnl_convolution_direct,
                source,
                weights,
                bias,
                result,
                self.window.strides,
                before,
                behind
            )
        }
    }

    func describeBackwardSource(_ operation: inout dnnl_convolution_desc_t) -> dnnl_status_t {
        let (before, behind) = self.padding
        return unsafe self.withDescriptors { source, weights, _, result in
            unsafe dnnl_convolution_backward_data_desc_init(
                &operation,
                dnnl_convolution_direct,
                source,
                weights,
                result,
                self.window.strides,
                before,
                behind
            )
        }
    }

    func describeBackwardWeights(_ operation: inout dnnl_convolution_desc_t) -> dnnl_status_t {
        let (before, behind) = self.padding
        return unsafe self.withDescriptors { source, weights, bias, result in
            unsafe dnnl_convolution_backward_weights_desc_init(
                &operation,
                dnnl_convolution_direct,
                source,
                weights,
                bias,
                result,
                self.window.strides,
                before,
                behind
            )
        }
    }

    private typealias Descriptor = UnsafePointer<dnnl_memory_desc_t>

    private func withDescriptors(
        _ body: (Descriptor, Descriptor, Descriptor?, Descriptor) -> dnnl_status_t
    ) -> dnnl_status_t {
        unsafe withDescriptor(of: self.source) { source in
            unsafe withDescriptor(of: self.weights) { weights in
                unsafe withDescriptor(of: self.result) { result in
                    unsafe withOptionalDescriptor(of: self.bias) { bias in
                        unsafe body(source, weights, bias, result)
                    }
                }
            }
        }
    }
}

/// A format's descriptor as oneDNN takes it.
func withDescriptor(
    of format: TensorFormat,
    _ body: (UnsafePointer<dnnl_memory_desc_t>) -> dnnl_status_t
) -> dnnl_status_t {
    unsafe withUnsafePointer(to: format.descriptor) { unsafe body($0) }
}

/// The same of what may be left out.
func withOptionalDescriptor(
    of format: TensorFormat?,
    _ body: (UnsafePointer<dnnl_memory_desc_t>?) -> dnnl_status_t
) -> dnnl_status_t {
    guard let format else { return body(nil) }
    return unsafe withDescriptor(of: format) { unsafe body($0) }
}

extension ComputeEngine {
    /// A convolution. Roles: source, weights, bias if there is one, result.
    package func convolution(
        _ formats: ConvolutionFormats,
        isTraining: Bool,
        attributes: Attributes = Attributes()
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_convolution_desc_t()
        try check(formats.describeForward(&operation, isTraining: isTraining), "convolution")
        return try unsafe Kernel(
            "convolution",
            engine: self,
            roles: [.source, .weights] + (formats.bias == nil ? [] : [.bias]) + [.result],
            operation: &operation,
            attributes: attributes
        )
    }

    /// The gradient of a convolution's source. Roles: weights, result gradient, source gradient.
    package func convolutionBackwardSource(
        _ formats: ConvolutionFormats,
        of forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_convolution_desc_t()
        try check(formats.describeBackwardSource(&operation), "convolution backward")
        return try unsafe Kernel(
            "convolution backward",
            engine: self,
            roles: [.weights, .resultGradient, .sourceGradient],
            operation: &operation,
            hint: forward
        )
    }

    /// The gradients of a convolution's weights and bias. Roles: source, result gradient, weights gradient, bias
    /// gradient if there is a bias.
    package func convolutionBackwardWeights(
        _ formats: ConvolutionFormats,
        of forward: Kernel
    ) throws(TensorError) -> Kernel {
        var operation = dnnl_convolution_desc_t()
        try check(formats.describeBackwardWeights(&operation), "convolution backward")
        return try unsafe Kernel(
            "convolution backward",
            engine: self,
            roles: [.source, .resultGradient, .weightsGradient]
                + (formats.bias == nil ? [] : [.biasGradient]),
            operation: &operation,
            hint: forward
        )
    }
}
