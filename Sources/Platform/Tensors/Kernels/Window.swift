internal import COneDNN

/// How a window moves over (height, width).
package struct Window: Sendable, Hashable {
    package var height: Int
    package var width: Int
    package var stride: Int
    /// Zeros beyond each edge.
    package var padding: Int

    /// A square window.
    package init(side: Int, stride: Int, padding: Int) {
        self.init(height: side, width: side, stride: stride, padding: padding)
    }

    /// A window.
    package init(height: Int, width: Int, stride: Int, padding: Int) {
        self.height = height
        self.width = width
        self.stride = stride
        self.padding = padding
    }

    var strides: [dnnl_dim_t] { [dnnl_dim_t(self.stride), dnnl_dim_t(self.stride)] }
    var sides: [dnnl_dim_t] { [dnnl_dim_t(self.height), dnnl_dim_t(self.width)] }
    var zerosBefore: [dnnl_dim_t] { [dnnl_dim_t(self.padding), dnnl_dim_t(self.padding)] }

    /// The zeros that are really met behind the last pixels: a stride may stop short of them.
    func zerosBehind(_ source: TensorFormat, _ result: TensorFormat) -> [dnnl_dim_t] {
        [(2, self.height), (3, self.width)].map { axis, side in
            dnnl_dim_t((result.shape[axis] - 1) * self.stride + side - source.shape[axis] - self.padding)
        }
    }
}
