internal import COneDNN

/// What a tensor is to a kernel.
package enum Role: Sendable, Hashable {
    /// Of concatenations and sums there are several.
    case source(Int)
    case weights
    case bias
    case result
    case mean
    case variance
    case scale
    case shift
    /// What the backward kernel needs of the forward one.
    case workspace
    /// Memory that means nothing before and after.
    case scratch
    case sourceGradient
    case resultGradient
    case weightsGradient
    case biasGradient
    case scaleGradient
    case shiftGradient

    package static let source = Role.source(0)

    func argument(isMultiple: Bool) -> Int32 {
        switch self {
        case .source(let index): isMultiple ? DNNL_ARG_MULTIPLE_SRC + Int32(index) : DNNL_ARG_SRC_0
        case .weights: DNNL_ARG_WEIGHTS_0
        case .bias: DNNL_ARG_BIAS
        case .result: DNNL_ARG_DST_0
        case .mean: DNNL_ARG_MEAN
        case .variance: DNNL_ARG_VARIANCE
        case .scale: DNNL_ARG_SCALE
        case .shift: DNNL_ARG_SHIFT
        case .workspace: DNNL_ARG_WORKSPACE
        case .scratch: DNNL_ARG_SCRATCHPAD
        case .sourceGradient: DNNL_ARG_DIFF_SRC_0
        case .resultGradient: DNNL_ARG_DIFF_DST_0
        case .weightsGradient: DNNL_ARG_DIFF_WEIGHTS_0
        case .biasGradient: DNNL_ARG_DIFF_BIAS
        case .scaleGradient: DNNL_ARG_DIFF_SCALE
        case .shiftGradient: DNNL_ARG_DIFF_SHIFT
        }
    }
}

/// One computation on tensors of fixed formats, compiled by oneDNN. It owns no tensors: they are bound to it later.
@safe package final class Kernel: @unchecked Sendable {
    // Unchecked: handles that do not change; oneDNN's primitives may be used from any thread.
    let engine: ComputeEngine
    let description: dnnl_primitive_desc_t
    let primitive: dnnl_primitive_t
    /// What it computes, for people.
    package let name: String
    /// Whether sources are counted, as those of concatenations.
    let isMultiple: Bool
    /// What it needs and gives; `scratch` only where it needs any.
    package let roles: [Role]

    /// Compiles what `describe` describes.
    ///
    /// - Throws: `TensorError` if oneDNN cannot compute it.
    init(
        _ what: String,
        engine: ComputeEngine,
        roles: [Role],
        isMultiple: Bool = false,
        attributes: Attributes = Attributes(),
        describe: (inout dnnl_primitive_desc_t?, dnnl_primitive_attr_t) throws(TensorError) -> Void
    ) throws(TensorError) {
        engine.claimThreads()
        let attribute = try unsafe attributes.handle()
        defer { unsafe dnnl_primitive_attr_destroy(attribute) }
        var description: dnnl_primitive_desc_t?
        try unsafe describe(&description, attribute)
        guard let description = unsafe description else { throw TensorError(what, dnnl_runtime_error) }
        var primitive: dnnl_primitive_t?
        let status = unsafe dnnl_primitive_create(&primitive, description)
        guard status == dnnl_success, let primitive = unsafe primitive else {
            unsafe dnnl_primitive_desc_destroy(description)
            throw TensorError(what, status)
        }
        self.name = what
        self.engine = engine
        unsafe self.description = description
        unsafe self.primitive = primitive
        self.isMultiple = isMultiple
        let scratch = unsafe Self.format(.scratch, of: description, isMultiple)
        self.roles = roles + ((scratch?.byteCount ?? 0) > 0 ? [.scratch] : [])
    }

    /// Compiles an operation.
    ///
    /// - Parameter hint: the forward kernel, where this one is its backward.
    convenience init(
        _ what: String,
        engine: ComputeEngine,
        roles: [Role],
        operation: UnsafeRawPointer,
        attributes: Attributes = Attributes(),
        hint: Kernel? = nil
    ) throws(TensorError) {
        try unsafe self.init(what, engine: engine, roles: roles, attributes: attributes) {
            (description, attribute) throws(TensorError) in
            try check(
                unsafe dnnl_primitive_desc_create(
                    &description,
                    operation,
                    attribute,
                    engine.engine,
                    hint?.description
                ),
                what
            )
        }
    }

    deinit {
        unsafe dnnl_primitive_destroy(self.primitive)
        unsafe dnnl_primitive_desc_destroy(self.description)
    }

    /// The format in which it takes or gives a tensor.
    package func format(_ role: Role) -> TensorFormat {
        guard let format = unsafe Self.format(role, of: self.description, self.isMultiple) else {
            preconditionFailure("a kernel without \(role)")
        }
        return format
    }

    private static func format(
        _ role: Role,
        of description: dnnl_primitive_desc_t,
        _ isMultiple: Bool
    ) -> TensorFormat? {
        // SAFETY: the description lives; what is returned belongs to it and is copied.
        let found = unsafe dnnl_primitive_desc_query_md(
            description,
            dnnl_query_exec_arg_md,
            role.argument(isMultiple: isMultiple)
        )
        guard let found = unsafe found, unsafe found.pointee.ndims > 0 else { return nil }
        return unsafe TensorFormat(descriptor: found.pointee)
    }
}

/// What is computed along with a kernel, on its result while it is still near.
package struct Attributes: Sendable {
    /// The result is added to what stands in its place.
    package var addsToResult = false
    /// What is done to the result in the end.
    package var activation: ElementwiseFunction?

    /// Nothing.
    package init() {}

    /// To be destroyed by the caller.
    func handle() throws(TensorError) -> dnnl_primitive_attr_t {
        var attribute: dnnl_primitive_attr_t?
        try check(unsafe dnnl_primitive_attr_create(&attribute), "attributes")
        guard let attribute = unsafe attribute else { throw TensorError("attributes", dnnl_runtime_error) }
        // Scratch memory comes from the caller, who has planned it: nothing is allocated while running.
        unsafe dnnl_primitive_attr_set_scratchpad_mode(attribute, dnnl_scratchpad_mode_user)
        guard self.addsToResult || self.activation != nil else { return unsafe attribute }
        var steps: dnnl_post_ops_t?
        try check(unsafe dnnl_post_ops_create(&steps), "attributes")
        defer { unsafe dnnl_post_ops_destroy(steps) }
        if self.addsToResult { try check(unsafe dnnl_post_ops_append_sum(steps, 1), "sum") }
        if let activation = self.activation {
            try check(
                unsafe dnnl_post_ops_append_eltwise(steps, 1, activation.code, 0, 0),
                "activation"
            )
        }
        try check(unsafe dnnl_primitive_attr_set_post_ops(attribute, steps), "attributes")
        return unsafe attribute
    }
}
