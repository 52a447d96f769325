internal import COneDNN

extension ComputeEngine {
    /// Copies between formats and types. Roles: source, result.
    package func reorder(_ source: TensorFormat, to result: TensorFormat) throws(TensorError) -> Kernel {
        let engine = unsafe self.engine
        return try unsafe Kernel("reorder", engine: self, roles: [.source, .result]) {
            (description, attribute) throws(TensorError) in
            let status = unsafe withDescriptor(of: source) { from in
                unsafe withDescriptor(of: result) { to in
                    unsafe dnnl_reorder_primitive_desc_create(
                        &description,
                        from,
                        engine,
                        to,
                        engine,
                        attribute
                    )
                }
            }
            try check(status, "reorder")
        }
    }

    /// Puts tensors behind one another along the channels. Roles: sources, result.
    ///
    /// - Parameter result: of any or of given places.
    package func concatenation(
        _ sources: [TensorFormat],
        result: TensorFormat
    ) throws(TensorError) -> Kernel {
        let engine = unsafe self.engine
        return try unsafe Kernel(
            "concatenation",
            engine: self,
            roles: sources.indices.map { .source($0) } + [.result],
            isMultiple: true
        ) { (description, attribute) throws(TensorError) in
            let descriptors = sources.map { $0.descriptor }
            let status = unsafe withDescriptor(of: result) {
                unsafe dnnl_concat_primitive_desc_create(
                    &description,
                    $0,
                    Int32(descriptors.count),
                    1,
                    descriptors,
                    attribute,
                    engine
                )
            }
            try check(status, "concatenation")
        }
    }

    /// Adds tensors of one shape. Roles: sources, result.
    package func sum(_ sources: [TensorFormat], result: TensorFormat) throws(TensorError) -> Kernel {
        let engine = unsafe self.engine
        return try unsafe Kernel(
            "sum",
            engine: self,
            roles: sources.indices.map { .source($0) } + [.result],
            isMultiple: true
        ) { (description, attribute) throws(TensorError) in
            let descriptors = sources.map { $0.descriptor }
            let scales = [Float](repeating: 1, count: sources.count)
            let status = unsafe withDescriptor(of: result) {
                unsafe dnnl_sum_primitive_desc_create(
                    &description,
                    $0,
                    Int32(descriptors.count),
                    scales,
                    descriptors,
                    attribute,
                    engine
                )
            }
            try check(status, "sum")
        }
    }
}
